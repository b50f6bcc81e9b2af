"""An ATM application by somebody else, on python3-websockets and the standard's words: it serves a card customer and a face
customer in eight ways of its own, and sees the same of both.
"""
import asyncio
import time
import unittest

from foreign_client import Client, code
from running_host import Host

CONFIGURATION = """
simulators: {}
scripted_faces: {}
customer_page: {}
services:
  - {name: cardreader, provider: CardReader, driver: simulated, type: motor}
  - {name: keyboard, provider: Keyboard, driver: simulated}
  - {name: textterminal, provider: TextTerminal, driver: simulated}
cardless:
  card_reader: cardreader
  keyboard: keyboard
  display: textterminal
  terminal: test
  profiles: [passcode]
  issuer: {simulated: true}
"""
CARD = "4761739001010119=29122011143804400000"
LIMIT = 30.0


def facts(message):
    """What a message tells, but for ids, times and track values: its kind, its codes, its property names, its enumerations."""
    header = message["header"]
    parts = [header["type"], header["name"], header["version"]] + [header.get(k) or "" for k in ("status", "completionCode")]

    def walk(value, path):
        if isinstance(value, dict):
            for key in sorted(value):
                yield from walk(value[key], f"{path}.{key}")
        elif isinstance(value, list):
            for entry in value:
                yield from walk(entry, path + "[]")
        elif path.endswith("data") or path.endswith("Data"):
            yield path + "=" + ("null" if value is None else "...")
        else:
            yield f"{path}={value}"

    return " ".join(parts + list(walk(message.get("payload"), "")))


def without_polls(messages):
    return [m for m in messages if m["header"]["name"] not in ("Common.Status",)]


class Application:
    """Three connections, one read at a time, and whatever the behaviour adds."""

    def __init__(self, host):
        self.host = host
        self.wanted = {"track2": True}
        self.timeout = 0
        self.reset_first = self.reads_twice = self.short = False

    async def __aenter__(self):
        self.reader = await Client.open(self.host.uris["cardreader"])
        self.keyboard = await Client.open(self.host.uris["keyboard"])
        self.display = await Client.open(self.host.uris["textterminal"])
        return self

    async def __aexit__(self, *_):
        for client in (self.reader, self.keyboard, self.display):
            await client.close()

    async def sim(self, *verbs):
        return await asyncio.get_running_loop().run_in_executor(None, self.host.sim, *verbs)

    async def serve(self, customer):
        """One customer, from the read that waits to the card that is gone; gives what the application saw."""
        begin = len(self.reader.seen)
        if self.reset_first:
            await self.reader.call("CardReader.Reset", {"to": "exit"})
        arriving = asyncio.ensure_future(customer(self))
        while True:
            if self.short:
                begin = len(self.reader.seen)  # reads that nobody came to are left out
            request = await self.reader.send("CardReader.ReadRawData", self.wanted, timeout=self.timeout)
            completion = asyncio.ensure_future(self.reader.until("completion", request))
            while not completion.done():
                await asyncio.wait({completion} if arriving.done() else {completion, arriving}, return_when=asyncio.FIRST_COMPLETED)
                if arriving.done():
                    arriving.result()  # a customer who could not do his part: nobody will come
            done = await completion
            if code(done) != "timeOut":
                break
        assert code(done) is None, done
        await asyncio.wait_for(arriving, LIMIT)
        self.data = done["payload"]
        if self.reads_twice:
            again = await self.reader.call("CardReader.ReadRawData", {"track1": True, "track2": True, "track3": True})
            assert again["payload"]["track2"] == done["payload"]["track2"]
        await self.reader.call("CardReader.Move", {"from": "transport", "to": "exit"})
        if customer is card:
            await self.sim("cardreader wait card-at-exit", "cardreader take card")
        await self.reader.until("unsolicited", name="CardReader.MediaRemovedEvent")
        return [facts(m) for m in without_polls(self.reader.seen[begin:self.reader.taken])]


async def ready(application):
    """The application's read waits: as a customer would see it, by the lamp at the slot."""
    await application.sim("cardreader wait slot-open")


async def card(application):
    await ready(application)
    await application.sim(f"cardreader insert card track2={CARD}")


async def log_in(application, passcode="482913", person="anna"):
    await ready(application)
    await application.start_session()
    await application.sim("textterminal wait shows \"Your passcode\"", "keyboard wait data-entry", f"keyboard type {passcode}",
                          "keyboard press enter", f"face show {person}")


async def face(application):
    await log_in(application)


async def press_start(application):
    await application.sim("keyboard wait data-entry", "keyboard press fdk01")


Application.start_session = press_start


class EightBehaviours(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.host = Host(CONFIGURATION, program="sesame")
        self.host.__enter__()
        self.addCleanup(self.host.__exit__, None)
        self.host.sim("face enrol anna customer=anna claim=passcode:482913 pan=9999010000000011")

    async def both(self, application):
        """A card customer and a face customer, twice, before the same application."""
        seen, tracks = [], []
        for customer in (card, face, face, card):
            seen.append(await asyncio.wait_for(application.serve(customer), LIMIT))
            tracks.append(application.data["track2"]["data"])
            await application.sim("face nobody")
        self.assertEqual(seen[0], seen[1], "the first card and the first face")
        self.assertEqual(seen[1], seen[2])
        self.assertEqual(seen[0], seen[3])
        self.assertEqual(tracks[0], tracks[3])
        self.assertEqual(len({*tracks}), 3, "two faces have codes of their own, and differ from the card")
        self.each_completed_once(application.reader, application.keyboard, application.display)
        return seen[0]

    def each_completed_once(self, *clients):
        for client in clients:
            completed = [m["header"]["requestId"] for m in client.seen if m and m["header"]["type"] == "completion"]
            self.assertEqual(len(completed), len({*completed}))

    async def test_short_reads_in_a_loop(self):
        async with Application(self.host) as application:
            application.short, application.timeout = True, 300
            await self.both(application)

    async def test_an_entry_pending_while_idle(self):
        keys = {"maxLen": 0, "autoEnd": False, "activeKeys": {"seven": {}, "eight": {}, "enter": {"terminate": True}}}

        async def served(application, customer):
            entry = await application.keyboard.send("Keyboard.DataEntry", keys)
            await application.keyboard.until("event", entry, "Keyboard.EnterDataEvent")
            seen = await application.serve(customer)
            await application.sim("face nobody", "keyboard wait data-entry", "keyboard press seven", "keyboard press enter")
            done = await application.keyboard.until("completion", entry)
            self.assertEqual([key["digit"] for key in done["payload"]["pinKeys"]], ["seven", "enter"])
            return seen, [facts(m) for m in application.keyboard.of(entry)]

        async def start_when_waiting(application):
            # The application's own entry is open: the start key works beside it soon after the read waits. Before that it does
            # nothing, and a customer presses again.
            await application.reader.more_than("CardReader.InsertCardEvent")
            while True:
                try:
                    return await application.sim("keyboard press fdk01")
                except AssertionError as refused:
                    if "does not work in this entry" not in str(refused) and "do not work now" not in str(refused):
                        raise

        async with Application(self.host) as application:
            counted = {"events": 0}

            async def more_than(name):
                counted["events"] += 1
                while sum(1 for m in application.reader.seen if m and m["header"]["name"] == name) < counted["events"]:
                    await asyncio.sleep(0)
            application.reader.more_than = more_than
            application.start_session = lambda: start_when_waiting(application)
            by_card = await asyncio.wait_for(served(application, card), LIMIT)
            counted["events"] = sum(1 for m in application.reader.seen if m and m["header"]["name"] == "CardReader.InsertCardEvent")
            by_face = await asyncio.wait_for(served(application, face), LIMIT)
            self.assertEqual(by_card, by_face)
            self.each_completed_once(application.reader, application.keyboard)

    async def test_the_screen_written_all_the_time(self):
        async with Application(self.host) as application:
            written = []
            served = asyncio.Event()

            async def write():
                while not served.is_set():
                    written.append(f"tick {len(written)}")
                    done = await application.display.call("TextTerminal.Write", {"text": written[-1], "posY": 3})
                    self.assertIsNone(code(done))
                    await asyncio.sleep(0.02)

            writer = asyncio.ensure_future(write())
            await self.both(application)
            served.set()
            await asyncio.wait_for(writer, LIMIT)
            await application.sim(f"textterminal wait shows \"{written[-1]}\"")
            screen = self.host.sim("textterminal screen")
            self.assertFalse(any("passcode" in row for row in screen), screen)

    async def test_all_tracks_and_then_a_second_read(self):
        async with Application(self.host) as application:
            application.wanted = {"track1": True, "track2": True, "track3": True}
            application.reads_twice = True
            await self.both(application)

    async def test_chip_and_track(self):
        async with Application(self.host) as application:
            application.wanted = {"track2": True, "chip": True}
            await self.both(application)

    async def test_reset_at_start(self):
        async with Application(self.host) as application:
            application.reset_first = True
            await self.both(application)

    async def test_polling_status(self):
        async with Application(self.host) as application:
            places = []

            async def poll():
                async with await Client.open(self.host.uris["cardreader"]) as client:
                    while True:
                        status = await client.call("Common.Status", version="2.0")
                        place = status["payload"]["cardReader"]["media"]
                        if not places or places[-1] != place:
                            places.append(place)

            poller = asyncio.ensure_future(poll())
            await self.both(application)
            poller.cancel()
            self.assertLessEqual({*places}, {"notPresent", "present", "entering"})

    async def test_a_second_client_that_only_watches(self):
        async with Application(self.host) as application, await Client.open(self.host.uris["cardreader"]) as monitor:
            told = []
            for customer in (card, face):
                begin = len(monitor.seen)
                await asyncio.wait_for(application.serve(customer), LIMIT)
                await application.sim("face nobody")
                await monitor.until("unsolicited", name="CardReader.MediaRemovedEvent")
                told.append([facts(m) for m in monitor.seen[begin:monitor.taken]])
            self.assertEqual(told[0], told[1])
            self.assertGreater(len(told[0]), 3)


class InFrontOfAnotherVendor(unittest.IsolatedAsyncioTestCase):
    """The fronts before services of another host: the application's one change is where it looks for them."""

    async def test_card_and_face_customers_are_served_alike(self):
        devices = CONFIGURATION.split("cardless:")[0].replace("scripted_faces: {}\ncustomer_page: {}\n", "")
        with Host(devices, program="sesame") as vendor:
            originals = ", ".join(f'{name}: "{vendor.uris[name]}"' for name in ("cardreader", "keyboard", "textterminal"))
            fronts = "simulators: {}\nscripted_faces: {}\nservices: []\ncardless:" + CONFIGURATION.split("cardless:")[1] + f"  originals: {{{originals}}}\n"
            with Host(fronts, program="sesame") as host:
                host.sim("face enrol anna customer=anna claim=passcode:482913 pan=9999010000000011")
                async with Application(host) as application:
                    async def both_hosts(*verbs):
                        for verb in verbs:
                            where = host if verb.startswith("face") else vendor
                            await asyncio.get_running_loop().run_in_executor(None, where.sim, verb)
                    application.sim = both_hosts
                    application.start_session = lambda: press_start(application)
                    while code(await application.reader.call("Common.Status")) or application.reader.seen[-1]["payload"]["common"]["device"] == "starting":
                        await asyncio.sleep(0)
                    seen = []
                    for customer in (card, face, card):
                        seen.append(await asyncio.wait_for(application.serve(customer), LIMIT))
                        await application.sim("face nobody")
                    self.assertEqual(seen[0], seen[1])
                    self.assertEqual(seen[0], seen[2])


class WhatNobodySees(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.host = Host(CONFIGURATION, program="sesame")
        self.host.__enter__()
        self.addCleanup(self.host.__exit__, None)
        self.host.sim("face enrol anna customer=anna claim=passcode:482913 pan=9999010000000011")

    async def waiting(self, application):
        request = await application.reader.send("CardReader.ReadRawData", {"track2": True})
        await application.reader.until("event", request, "CardReader.InsertCardEvent")
        return request, len(application.reader.seen)

    async def test_a_refused_face_and_a_claim_of_nobody(self):
        async with Application(self.host) as application:
            request, begin = await self.waiting(application)
            for passcode, person in (("482913", "mallory"), ("99999999", "anna")):
                await log_in(application, passcode, person)
                await application.sim("textterminal wait shows \"not recognised\"", "face nobody",
                                      "textterminal wait shows \"Your passcode\"", "keyboard wait data-entry", "keyboard press cancel",
                                      "textterminal wait shows Good-bye", "keyboard wait no-entry")
                self.assertEqual(application.reader.seen[begin:], [])
                # The application's screen is empty again, and the start key works again.
                await application.sim("keyboard wait data-entry")
            await application.sim(f"cardreader insert card track2={CARD}")
            self.assertIsNone(code(await application.reader.until("completion", request)))

    async def test_a_session_starts_by_the_button_of_the_customers_page(self):
        async with Application(self.host) as application:
            with self.assertRaisesRegex(AssertionError, "no application waits"):
                self.host.sim("customer press start")
            request, _ = await self.waiting(application)
            await application.sim("customer wait ready", "customer press start passcode", "textterminal wait shows \"Your passcode\"",
                                  "keyboard wait data-entry", "keyboard type 482913", "keyboard press enter", "face show anna")
            self.assertIsNone(code(await application.reader.until("completion", request)))

    async def test_a_card_inserted_in_mid_session_wins(self):
        async with Application(self.host) as application:
            request, _ = await self.waiting(application)
            await application.start_session()
            await application.sim("textterminal wait shows \"Your passcode\"", "keyboard wait data-entry", "keyboard type 48",
                                  f"cardreader insert card track2={CARD}")
            done = await application.reader.until("completion", request)
            self.assertIsNone(code(done))
            self.assertTrue(done["payload"]["track2"]["data"])

    async def test_a_stuck_face_engine_holds_up_neither_card_nor_cancel(self):
        async with Application(self.host) as application:
            request, _ = await self.waiting(application)
            await application.sim("face stuck")
            await application.start_session()
            await application.sim("textterminal wait shows \"Your passcode\"", "keyboard wait data-entry", "keyboard type 482913",
                                  "keyboard press enter", "textterminal wait shows camera")
            began = time.monotonic()
            await application.reader.send("Common.Cancel", {"requestIds": [request]})
            self.assertEqual(code(await application.reader.until("completion", request)), "canceled")
            again, _ = await self.waiting(application)
            took = time.monotonic() - began
            print(f"cancel of a stuck face session to free reader: {took * 1000:.1f} ms")
            await application.sim(f"cardreader insert card track2={CARD}")
            self.assertIsNone(code(await application.reader.until("completion", again)))


if __name__ == "__main__":
    unittest.main()
