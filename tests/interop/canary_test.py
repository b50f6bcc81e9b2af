"""Nothing by which somebody could get in is written down: passcodes, PINs, tracks and card numbers of a run with card and face
customers are searched for in the journal, in what `sesame watch` shows, in every file of the host, and in its core dump.
"""
import asyncio
import os
import pathlib
import re
import signal
import subprocess
import unittest

from foreign_application_test import CONFIGURATION, Application, log_in, press_start
from foreign_client import Client, code
from running_host import BIN, Host, eventually

# As long as ISO 9564 allows: four digits stand in some measured time by chance.
PIN = "826419350742"
PASSCODE, WRONG_PASSCODE, TOKEN = "60417385", "51926384", "9999010000000011"
CARD_TRACK = "5413330089010640=28062011758928889000"
PIN_KEYS = {key: {} for key in ("zero one two three four five six seven eight nine".split())} | {"enter": {"terminate": True}}


def spelt(digits):
    names = "zero one two three four five six seven eight nine".split()
    return [names[int(digit)] for digit in digits]


class Canary(unittest.IsolatedAsyncioTestCase):
    async def test_what_is_secret_is_written_nowhere(self):
        with Host(CONFIGURATION, program="sesame") as host:
            host.sim(f"face enrol anna customer=anna claim=passcode:{PASSCODE} pan={TOKEN}")
            watched = pathlib.Path(host.folder.name) / "watched"
            with open(watched, "w") as out:
                watch = subprocess.Popen([str(BIN / "sesame"), "watch", "--run-directory", str(host.run_directory)], stdout=out)
            try:
                await self.until_watched(host, watch, watched)
                secrets = await self.customers(host)
                self.assertTrue(eventually(lambda: "ReadRawData" in watched.read_text()))
                self.look_for(secrets, host, watched)
            finally:
                watch.kill()
                watch.wait()

    async def until_watched(self, host, watch, watched):
        """Somebody reads along once a message of ours is shown: before, nothing of the run would be in what is searched."""
        async with await Client.open(host.uris["cardreader"]) as client:
            while "Common.Status" not in watched.read_text():
                self.assertIsNone(watch.poll(), "sesame watch ended")
                await client.call("Common.Status")

    async def customers(self, host):
        async with Application(host) as application:
            application.start_session = lambda: press_start(application)
            secrets = [PASSCODE, WRONG_PASSCODE, PIN, TOKEN, CARD_TRACK, CARD_TRACK.split("=")[0], CARD_TRACK.split("=")[1]]

            async def face(served):
                await log_in(served, PASSCODE, "anna")

            async def own_card(served):
                await served.sim("cardreader wait slot-open", f"cardreader insert card track2={CARD_TRACK}")

            for customer in (face, own_card):
                waiting = asyncio.ensure_future(application.sim("cardreader wait card-at-exit", "cardreader take card")) if customer is own_card else None
                await self.pin_before_move(application, customer)
                if waiting:
                    await waiting
                secrets.append(application.data["track2"]["data"])
                await application.sim("face nobody")
            request = await application.reader.send("CardReader.ReadRawData", {"track2": True})
            await application.reader.until("event", request, "CardReader.InsertCardEvent")
            await log_in(application, WRONG_PASSCODE, "mallory")
            await application.sim("textterminal wait shows \"not recognised\"")
            await application.reader.call("Common.Cancel")
            return secrets

    async def pin_before_move(self, application, customer):
        arriving = asyncio.ensure_future(customer(application))
        request = await application.reader.send("CardReader.ReadRawData", {"track2": True})
        done = await application.reader.until("completion", request)
        self.assertIsNone(code(done))
        await arriving
        application.data = done["payload"]
        pin = await application.keyboard.send("Keyboard.PinEntry", {"minLen": 4, "maxLen": 12, "activeKeys": PIN_KEYS})
        await application.keyboard.until("event", pin, "Keyboard.EnterDataEvent")
        await application.sim(f"keyboard type {PIN}", "keyboard press enter")
        self.assertIsNone(code(await application.keyboard.until("completion", pin)))
        await application.reader.call("CardReader.Move", {"from": "transport", "to": "exit"})
        await application.reader.until("unsolicited", name="CardReader.MediaRemovedEvent")

    def look_for(self, secrets, host, watched):
        texts = {"watch": watched.read_text(), "stderr": host.error_text(), "journal": host.journal()}
        for file in pathlib.Path(host.run_directory).rglob("*"):
            if file.is_file():
                texts[str(file.name)] = file.read_bytes().decode("latin-1")
        self.assertIn("session passcode: card presented", texts["journal"])
        self.assertIn("Keyboard.PinEntry", texts["watch"])
        for where, text in texts.items():
            for secret in secrets:
                self.assertNotIn(secret, text, f"in {where}")
            for digits in (PASSCODE, WRONG_PASSCODE):
                keys = [match for match in re.findall(r'"digit":"(\w+)"', text)]
                self.assertNotIn(" ".join(spelt(digits)), " ".join(keys), f"its keys, in {where}")

    def test_the_host_leaves_no_core_dump(self):
        with Host(CONFIGURATION, program="sesame") as host:
            limits = pathlib.Path(f"/proc/{host.process.pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size\s+0\s+0")
            # Not dumpable: its memory is root's alone, and the kernel writes no core of it whatever the pattern.
            self.assertEqual(os.stat(f"/proc/{host.process.pid}/mem").st_uid, 0)
            before = set(pathlib.Path(host.folder.name).rglob("*"))
            host.asked = True
            host.process.send_signal(signal.SIGABRT)
            host.process.wait(20)
            self.assertFalse(os.WCOREDUMP(host.process.returncode & 0xFF) if host.process.returncode >= 0 else False)
            new = {file.name for file in set(pathlib.Path(host.folder.name).rglob("*")) - before}
            self.assertFalse({name for name in new if "core" in name}, new)
            host.process.returncode = 0


if __name__ == "__main__":
    unittest.main()
