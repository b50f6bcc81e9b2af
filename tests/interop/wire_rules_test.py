#!/usr/bin/env python3
"""Messages and command processing as a foreign client sees them (CWA 17852:2024-3, messages, command processing, Common)."""
import asyncio
import json
import os
import subprocess
import sys
import time
import unittest

from foreign_client import Client, code, shape
from running_host import Host

CONFIGURATION = """
services:
  - {name: cardreader, provider: ScriptedReader, maximum_requests: 4, model: Tester, command_nonce_timeout: 1}
  - {name: counting, provider: ScriptedReader, increasing_request_ids: true}
script: {}
"""
READ = "CardReader.ReadRawData"
TRACK2 = {"track2": True}


class Case(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(Host(CONFIGURATION))

    async def asyncSetUp(self):
        self.client = await self.enterAsyncContext(await Client.open(self.host.uris["cardreader"]))

    async def asyncTearDown(self):
        self.host.sim("device online", "take")

    async def raw(self, message):
        """Sends text (or something to be made JSON of); gives the next message."""
        await self.client.socket.send(message if isinstance(message, str) else json.dumps(message))
        return await self.client.next()

    async def pending_read(self, client=None, **header):
        """A ReadRawData that waits for a card."""
        client = client or self.client
        request = await client.send(READ, TRACK2, **header)
        await client.until("event", request, "CardReader.InsertCardEvent")
        return request


def command(name="Common.Status", request_id=1, version="2.0", **header):
    return {"header": {"type": "command", "name": name, "requestId": request_id, "version": version, **header}}


class Messages(Case):
    async def test_acknowledge_comes_first_in_its_own_version_then_events_then_one_completion_with_a_version_looked_up(self):
        request = await self.client.send(READ, TRACK2)
        await self.client.until("event", request)
        self.host.sim("insert")
        await self.client.until("completion", request)
        await self.client.call("Common.Status")  # whatever followed the completion would be here by now
        self.assertEqual([shape(m) for m in self.client.of(request)],
                         [f"acknowledge {READ} 2.0", "event CardReader.InsertCardEvent 2.0", "event CardReader.MediaInsertedEvent 2.0",
                          f"completion {READ} 3.0"])
        acknowledge, *_, completion = self.client.of(request)
        self.assertEqual(set(acknowledge["header"]) - {"status"}, {"type", "name", "version", "requestId"})
        self.assertNotIn("payload", acknowledge)
        self.assertTrue(completion["payload"]["track2"]["data"])

    async def test_what_changed_the_status_is_told_before_the_completion_and_names_just_that(self):
        request = await self.pending_read()
        self.host.sim("insert")
        await self.client.until("completion", request)
        changed = [m for m in self.client.seen if m["header"]["name"] == "Common.StatusChangedEvent"]
        self.assertEqual([m["payload"] for m in changed], [{"cardReader": {"media": "present"}}])
        self.assertEqual(shape(changed[0]), "unsolicited Common.StatusChangedEvent 3.0")
        self.assertNotIn("requestId", changed[0]["header"])
        order = [m["header"]["name"] for m in self.client.seen]
        self.assertLess(order.index("Common.StatusChangedEvent"), order.index("CardReader.MediaInsertedEvent"))
        self.assertLess(order.index("Common.StatusChangedEvent"), len(order) - 1 - order[::-1].index(READ))

    async def test_events_of_a_command_go_to_its_connection_alone_and_unsolicited_ones_to_all(self):
        async with await Client.open(self.host.uris["cardreader"]) as other:
            request = await self.pending_read()
            self.host.sim("insert")
            await self.client.until("completion", request)
            await self.client.call("CardReader.Move", {"to": "exit", "from": "transport"})
            removed = await other.until("unsolicited", name="CardReader.MediaRemovedEvent")
            self.assertEqual(shape(removed), "unsolicited CardReader.MediaRemovedEvent 2.0")
            self.assertEqual([shape(m) for m in other.seen],
                             ["unsolicited Common.StatusChangedEvent 3.0"] * 2 + ["unsolicited CardReader.MediaRemovedEvent 2.0"])

    async def test_a_header_that_breaks_a_rule_is_an_invalid_message(self):
        bad = {
            "unknown property": command(colour="red"),
            "property of another type": command(status=None),
            "completion code in a command": command(completionCode=None),
            "no name": {"header": {"type": "command", "requestId": 1, "version": "2.0"}},
            "no version": {"header": {"type": "command", "requestId": 1, "name": "Common.Status"}},
            "no type": {"header": {"requestId": 1, "name": "Common.Status", "version": "2.0"}},
            "no header": {"payload": None},
            "version 2": command(version="2"),
            "version 02.0": command(version="02.0"),
            "version 2.00": command(version="2.00"),
            "version as a number": command(version=2.0),
            "negative timeout": command(timeout=-1),
            "timeout as text": command(timeout="1"),
            "empty payload": {**command(), "payload": {}},
            "payload as a list": {**command(), "payload": []},
            "third property": {**command(), "extra": 1},
            "a list": [command()],
            "another type": {"header": {"type": "completion", "name": "Common.Status", "requestId": 1, "version": "2.0"}},
            "an unknown type": {"header": {"type": "wish", "name": "Common.Status", "requestId": 1, "version": "2.0"}},
            "no JSON": "hello",
            "nothing": "",
            "a key twice": '{"header": {"type": "command", "type": "command", "name": "Common.Status", "requestId": 1, "version": "2.0"}}',
        }
        for what, message in bad.items():
            with self.subTest(what):
                answer = await self.raw(message)
                self.assertEqual(shape(answer).split()[0], "acknowledge")
                self.assertEqual(answer["header"]["version"], "2.0")
                self.assertEqual(answer["header"]["status"], "invalidMessage")
                self.assertTrue(answer["header"]["errorDescription"])
        self.assertIsNone(code(await self.client.call("Common.Status")))
        self.assertTrue(all(m["header"]["type"] == "acknowledge" for m in self.client.seen[:len(bad)]), "no completion follows")

    async def test_payload_null_and_none_are_equal(self):
        self.assertIsNone(code(await self.client.call("Common.Status")))
        await self.client.socket.send(json.dumps({**command(request_id=50), "payload": None}))
        self.assertIsNone(code(await self.client.until("completion", 50)))

    async def test_a_bad_request_id_is_refused(self):
        for wrong in (0, -1, 1.5, "1", None, True, [1]):
            with self.subTest(wrong):
                answer = await self.raw(command(request_id=wrong))
                self.assertEqual(shape(answer), "acknowledge Common.Status 2.0 invalidRequestID")
        missing = command()
        del missing["header"]["requestId"]
        self.assertEqual((await self.raw(missing))["header"]["status"], "invalidRequestID")
        answer = await self.raw(command(request_id=4294967296))
        self.assertNotIn("status", answer["header"])

    async def test_a_request_id_is_unique_among_the_unfinished_of_its_connection(self):
        request = await self.pending_read()
        answer = await self.raw(command(request_id=request))
        self.assertEqual(shape(answer), "acknowledge Common.Status 2.0 invalidRequestID")
        async with await Client.open(self.host.uris["cardreader"]) as other:
            self.assertIsNone(code(await other.call("Common.Status", request_id=request)))
        await self.client.call("Common.Cancel", request_id=99)
        self.assertEqual(code(await self.client.until("completion", request)), "canceled")
        self.assertIsNone(code(await self.client.call("Common.Status", request_id=request)), "free again")

    async def test_ids_must_grow_where_that_is_configured(self):
        async with await Client.open(self.host.uris["counting"]) as client:
            for request, fine in ((5, True), (5, False), (4, False), (6, True), (4294967295, True), (7, False), (4294967296, False), (1, True),
                                  (2, True)):
                await client.send("Common.Status", request_id=request)
                status = (await client.until("acknowledge", request))["header"].get("status")
                self.assertEqual(status, None if fine else "invalidRequestID", request)
                if fine:
                    await client.until("completion", request)

    async def test_a_wrong_payload_is_acknowledged_and_completes_with_invalidData_and_its_path(self):
        for payload, path in (({"track2": 1}, "track2"), ({"track2": "yes"}, "track2")):
            answer = await self.client.call(READ, payload)
            self.assertEqual(shape(answer), f"completion {READ} 3.0 invalidData")
            self.assertIn(path, answer["header"]["errorDescription"])
        self.assertEqual(code(await self.client.call("Common.Cancel", {"requestIds": []})), "invalidData")
        self.assertEqual(code(await self.client.call("Common.Cancel", {"requestIds": [1, 1]})), "invalidData")

    async def test_unknown_payload_properties_are_ignored(self):
        self.host.sim("insert")
        self.assertIsNone(code(await self.client.call(READ, {**TRACK2, "acmeColour": {"deep": [1, None]}})))

    async def test_commands_that_are_not_here(self):
        self.assertEqual(code(await self.client.call("Printer.Reset")), "invalidCommand")
        self.assertEqual(code(await self.client.call("No.Such")), "invalidCommand")
        self.assertEqual(code(await self.client.call("CardReader.EMVClessQueryApplications")), "unsupportedCommand")
        self.assertEqual(code(await self.client.call("Common.PowerSaveControl", {"maxPowerSaveRecoveryTime": 1})), "unsupportedCommand")
        answer = await self.client.call(READ, TRACK2, version="9.0")
        self.assertEqual(shape(answer), f"completion {READ} 3.0 unsupportedCommand")

    async def test_a_provider_that_fails_is_an_internal_error_that_tells_nothing(self):
        for name, payload, version in (("CardReader.ChipPower", {"chipPower": "cold"}, "2.0"), ("CardReader.SetKey", {"keyValue": "AAAA"}, "3.0")):
            answer = await self.client.call(name, payload, version=version)
            self.assertEqual(code(answer), "internalError", name)
            self.assertNotIn("645", json.dumps(answer))
        self.assertIsNone(code(await self.client.call("Common.Status")))

    async def test_while_the_device_starts_only_status_is_answered(self):
        self.host.sim("device starting")
        self.assertEqual((await self.client.call("Common.Status"))["payload"]["common"]["device"], "starting")
        for name, payload in ((READ, TRACK2), ("Common.Capabilities", None), ("CardReader.QueryIFMIdentifier", None)):
            self.assertEqual(code(await self.client.call(name, payload)), "sequenceError", name)
        self.host.sim("device online")
        self.assertIsNone(code(await self.client.call("Common.Capabilities")))

    async def test_a_very_long_name_is_not_repeated_and_not_journalled(self):
        before = len(self.host.journal())
        answer = await self.raw(command(name="A" * 500_000 + ".B"))
        self.assertLess(len(json.dumps(answer)), 2000)
        self.assertEqual(answer["header"]["status"], "invalidMessage")
        self.assertLess(len(self.host.journal()) - before, 4000)


class Processing(Case):
    async def test_information_is_given_while_another_command_runs(self):
        request = await self.pending_read()
        for name in ("Common.Status", "Common.Capabilities", "Common.GetTransactionState", "CardReader.QueryIFMIdentifier"):
            self.assertIsNone(code(await self.client.call(name)), name)
        await self.client.call("Common.Cancel")
        self.assertEqual(code(await self.client.until("completion", request)), "canceled")

    async def test_commands_of_one_device_run_in_the_order_of_their_arrival_over_all_clients(self):
        async with await Client.open(self.host.uris["cardreader"]) as other:
            first = await self.pending_read()
            second = await other.send(READ, TRACK2)
            await other.until("acknowledge", second)
            third = await self.client.send("CardReader.Reset", {"to": "exit"})
            await self.client.until("acknowledge", third)
            self.host.sim("insert")
            self.assertIsNone(code(await self.client.until("completion", first)))
            self.assertIsNone(code(await other.until("completion", second)))
            self.assertIsNone(code(await self.client.until("completion", third)))
            self.assertEqual([shape(m) for m in other.of(second)], [f"acknowledge {READ} 2.0", f"completion {READ} 3.0"],
                             "the card was in already: no insert events")

    async def test_a_full_queue_refuses_commands_that_would_wait_and_still_answers_and_cancels(self):
        requests = [await self.pending_read()]
        for _ in range(3):
            requests.append(await self.client.send(READ, TRACK2))
        async with await Client.open(self.host.uris["cardreader"]) as other:
            await self.client.call("Common.Status")
            refused = await other.send(READ, TRACK2)
            self.assertEqual(shape(await other.until("acknowledge", refused)), f"acknowledge {READ} 2.0 tooManyRequests")
            self.assertIsNone(code(await other.call("Common.Status")), "information needs no place in the queue")
            self.assertEqual(len(other.of(refused)), 1, "the acknowledge was the last message of that request")
        cancel = await self.client.send("Common.Cancel")
        completed = [await self.client.until("completion") for _ in range(5)]
        self.assertEqual(completed[0]["header"]["requestId"], cancel, "before those that it cancels")
        self.assertEqual({m["header"]["requestId"] for m in completed[1:]}, set(requests))
        self.assertTrue(all(code(m) == "canceled" for m in completed[1:]))
        self.assertTrue(all("errorDescription" not in m["header"] for m in completed[1:]))

    async def test_timeout_counts_the_time_in_the_queue(self):
        first = await self.pending_read()
        started = time.monotonic()
        second = await self.client.send(READ, TRACK2, timeout=300)
        answer = await self.client.until("completion", second)
        self.assertEqual(shape(answer), f"completion {READ} 3.0 timeOut")
        self.assertGreaterEqual(time.monotonic() - started, 0.29)
        self.assertLess(time.monotonic() - started, 10)
        self.assertEqual([shape(m) for m in self.client.of(second)], [f"acknowledge {READ} 2.0", f"completion {READ} 3.0 timeOut"],
                         "it was never started")
        self.assertNotIn("errorDescription", answer["header"])
        await self.client.call("Common.Cancel", {"requestIds": [first]})
        await self.client.until("completion", first)

    async def test_timeout_ends_a_running_command_and_zero_is_never(self):
        request = await self.pending_read(timeout=100)
        self.assertEqual(code(await self.client.until("completion", request)), "timeOut")
        request = await self.pending_read(timeout=0)
        self.host.sim("insert")
        self.assertIsNone(code(await self.client.until("completion", request)))

    async def test_cancel_names_and_misses(self):
        first = await self.pending_read()
        second = await self.client.send(READ, TRACK2)
        self.assertEqual(code(await self.client.call("Common.Cancel", {"requestIds": [12345]})), "noMatchingRequestIDs")
        self.assertIsNone(code(await self.client.call("Common.Cancel", {"requestIds": [12345, second]})), "one that matches is enough")
        self.assertEqual(code(await self.client.until("completion", second)), "canceled")
        self.assertEqual(len(self.client.of(second)), 2, "cancelled in the queue, never started")
        async with await Client.open(self.host.uris["cardreader"]) as other:
            self.assertEqual(code(await other.call("Common.Cancel", {"requestIds": [first]})), "noMatchingRequestIDs",
                             "of the same connection only")
            self.assertIsNone(code(await other.call("Common.Cancel")), "nothing to cancel is no error")
        self.assertEqual(len([m for m in self.client.of(first) if m["header"]["type"] == "completion"]), 0)
        self.assertIsNone(code(await self.client.call("Common.Cancel", {"requestIds": [first]})))
        self.assertEqual(code(await self.client.until("completion", first)), "canceled")

    async def test_a_lost_connection_ends_its_commands_and_no_others(self):
        async with await Client.open(self.host.uris["cardreader"]) as other:
            await self.pending_read(other)
            mine = await self.client.send(READ, TRACK2)
            await self.client.until("acknowledge", mine)
            other.socket.transport.abort()
            await self.client.until("event", mine, "CardReader.InsertCardEvent")
            self.host.sim("insert")
            self.assertIsNone(code(await self.client.until("completion", mine)))

    async def test_a_host_that_stops_completes_every_command_first(self):
        with Host(CONFIGURATION) as host:
            async with await Client.open(host.uris["cardreader"]) as client:
                running = await self.pending_read(client)
                waiting = await client.send(READ, TRACK2)
                await client.until("acknowledge", waiting)
                self.assertEqual(await asyncio.to_thread(host.stop), 0)
                while await client.next() is not None:
                    pass
                for request in (running, waiting):
                    self.assertEqual(shape(client.of(request)[-1]), f"completion {READ} 3.0 canceled")


class CommonInterface(Case):
    async def test_capabilities_tell_interfaces_messages_versions_and_the_queue(self):
        payload = (await self.client.call("Common.Capabilities"))["payload"]
        interfaces = {each["name"]: each for each in payload["interfaces"]}
        self.assertEqual(set(interfaces), {"Common", "CardReader"})
        self.assertEqual(interfaces["CardReader"]["commands"][READ], {"versions": ["2.0"]})
        self.assertEqual(interfaces["CardReader"]["maximumRequests"], 4)
        self.assertNotIn("CardReader.EMVClessQueryApplications", interfaces["CardReader"]["commands"])
        self.assertIn("CardReader.MediaRemovedEvent", interfaces["CardReader"]["events"])
        self.assertEqual(payload["common"]["deviceInformation"][0]["modelName"], "Tester")
        self.assertTrue(payload["cardReader"]["readTracks"]["track2"])
        for each in interfaces.values():  # what is offered must not be answered unsupported
            for name in each["commands"]:
                answer = await self.client.call(name, version="9.0" if name.startswith("CardReader") else "2.0", timeout=1)
                self.assertNotEqual(code(answer), "invalidCommand", name)

    async def test_versions_offered_may_be_set_and_others_not(self):
        self.assertIsNone(code(await self.client.call("Common.SetVersions", {"commands": {READ: 2}, "events": {"CardReader.MediaRemovedEvent": 2}})))
        self.assertEqual(code(await self.client.call("Common.SetVersions", {"commands": {READ: 3}})), "unsupportedData")
        self.assertEqual(code(await self.client.call("Common.SetVersions", {"commands": {"Printer.Reset": 2}})), "unsupportedData")
        self.assertEqual(code(await self.client.call("Common.SetVersions", {"events": {"Printer.MediaTakenEvent": 2}})), "unsupportedData")
        self.assertEqual(code(await self.client.call("Common.SetVersions", {"commands": {}})), "invalidData")
        self.assertEqual(code(await self.client.call("Common.SetVersions", {"acme": 1})), "invalidData")

    async def test_transaction_state_is_the_services_and_outlives_a_connection(self):
        async with await Client.open(self.host.uris["cardreader"]) as other:
            self.assertEqual((await other.call("Common.GetTransactionState"))["payload"]["state"], "inactive")
            self.assertIsNone(code(await other.call("Common.SetTransactionState", {"state": "active", "transactionID": "T1"})))
        self.assertEqual((await self.client.call("Common.GetTransactionState"))["payload"], {"state": "active", "transactionID": "T1"})
        self.assertIsNone(code(await self.client.call("Common.SetTransactionState", {"state": "inactive"})))
        payload = (await self.client.call("Common.GetTransactionState"))["payload"]
        self.assertEqual((payload["state"], payload.get("transactionID")), ("inactive", None))

    async def test_nonces_are_offered_where_configured_and_run_out(self):
        one = (await self.client.call("Common.GetCommandNonce"))["payload"]["commandNonce"]
        other = (await self.client.call("Common.GetCommandNonce"))["payload"]["commandNonce"]
        self.assertRegex(one, "^[0-9A-F]{32}$")
        self.assertNotEqual(one, other)
        await self.client.until("unsolicited", name="Common.NonceClearedEvent")
        await self.client.call("Common.GetCommandNonce")
        await self.client.call("Common.ClearCommandNonce")
        cleared = [m for m in self.client.seen if m["header"]["name"] == "Common.NonceClearedEvent"]
        self.assertEqual([shape(m) for m in cleared], ["unsolicited Common.NonceClearedEvent 2.0"] * 2)
        async with await Client.open(self.host.uris["counting"]) as without:
            self.assertEqual(code(await without.call("Common.GetCommandNonce")), "unsupportedCommand")

    async def test_a_device_that_fails_is_told_at_once(self):
        self.host.sim("device hardwareError")
        changed = await self.client.until("unsolicited", name="Common.StatusChangedEvent")
        self.assertEqual(changed["payload"], {"common": {"device": "hardwareError"}})


AS_ANOTHER_USER = """
import asyncio, json, sys, os
sys.path.insert(0, {folder!r})
os.setgid(65534); os.setuid(65534)
from foreign_client import Client, code
async def main():
    async with await Client.open({uri!r}) as client:
        for name, payload in json.loads({commands!r}):
            print(code(await client.call(name, payload, timeout=200)))
asyncio.run(main())
"""


@unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
class LocalUsers(unittest.TestCase):
    COMMANDS = [["Common.Status", None], ["Common.Capabilities", None], [READ, TRACK2], ["CardReader.Reset", None]]

    def answers(self, uri):
        program = AS_ANOTHER_USER.format(folder=os.path.dirname(os.path.abspath(__file__)), uri=uri, commands=json.dumps(self.COMMANDS))
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout.split()

    def test_another_user_may_send_nothing_by_default(self):
        with Host("services: [{name: cardreader, provider: ScriptedReader}]\n") as host:
            self.assertEqual(self.answers(host.uris["cardreader"]), ["authorizationRequired"] * 4)

    def test_a_policy_says_who_may_send_what(self):
        policy = "policy: [{users: [nobody], services: [cardreader], commands: [Common.*, CardReader.ReadRawData]}]\n"
        with Host("services: [{name: cardreader, provider: ScriptedReader}, {name: other, provider: ScriptedReader}]\n" + policy) as host:
            self.assertEqual(self.answers(host.uris["cardreader"]), ["None", "None", "timeOut", "authorizationRequired"])
            self.assertEqual(self.answers(host.uris["other"]), ["authorizationRequired"] * 4)


if __name__ == "__main__":
    unittest.main()
