#!/usr/bin/env python3
"""Transport and service discovery as a foreign client sees them (CWA 17852:2024-3, transport and service discovery)."""
import asyncio
import http.client
import pathlib
import socket
import ssl
import subprocess
import tempfile
import unittest

import websockets

from foreign_client import Client, code, shape
from running_host import Host

READER = "services: [{name: cardreader, provider: ScriptedReader}]\n"


def free_ports(count):
    """Ports that were free a moment ago; held together so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Discovery(unittest.IsolatedAsyncioTestCase):
    async def test_get_services_tells_each_service_in_an_event_before_the_completion(self):
        with Host("services: [{name: cardreader, provider: ScriptedReader}, {name: second, provider: ScriptedReader}]\n") as host:
            async with await Client.open(host.publisher) as client:
                request = await client.send("ServicePublisher.GetServices")
                completion = await client.until("completion", request)
                messages = client.of(request)
                self.assertEqual([shape(m) for m in messages],
                                 ["acknowledge ServicePublisher.GetServices 2.0", "event ServicePublisher.ServiceDetailEvent 2.0",
                                  "completion ServicePublisher.GetServices 2.0"])
                told = [each["serviceURI"] for m in messages if m["header"]["type"] == "event" for each in m["payload"]["services"]]
                final = [each["serviceURI"] for each in completion["payload"]["services"]]
                self.assertEqual(len(told), len(set(told)), "a URI is told once over all events")
                self.assertEqual(sorted(told), sorted(final), "the completion holds all that is known")
                self.assertEqual(final, [f"ws://127.0.0.1:{host.port}/xfs4iot/v1.0/{name}" for name in ("cardreader", "second")])
                self.assertTrue(completion["payload"]["vendorName"])
                for uri in final:
                    self.assertEqual(uri, uri.lower())
                    async with await Client.open(uri) as service:
                        self.assertIsNone(code(await service.call("Common.Status")))

    async def test_the_publisher_has_get_services_and_nothing_else(self):
        with Host(READER) as host:
            async with await Client.open(host.publisher) as client:
                for name in ("Common.Status", "Common.Capabilities", "CardReader.ReadRawData", "No.Such"):
                    self.assertEqual(code(await client.call(name)), "invalidCommand", name)

    async def test_a_service_has_no_get_services(self):
        with Host(READER) as host:
            async with await Client.open(host.uris["cardreader"]) as client:
                self.assertEqual(code(await client.call("ServicePublisher.GetServices")), "invalidCommand")

    async def test_a_trailing_slash_makes_no_difference(self):
        with Host(READER) as host:
            async with await Client.open(host.publisher + "/") as client:
                self.assertIsNone(code(await client.call("ServicePublisher.GetServices")))
            async with await Client.open(host.uris["cardreader"] + "/") as client:
                self.assertIsNone(code(await client.call("Common.Status")))

    async def test_the_first_free_port_of_the_list_is_bound_and_the_publisher_is_found_by_asking_all(self):
        taken, first, second = free_ports(3)
        with socket.create_server(("127.0.0.1", taken)):
            configuration = READER + f"listen: {{ports: [{taken}, {first}, {second}]}}\n"
            with Host(configuration) as host:
                self.assertNotEqual(host.port, taken)  # this one was told --port 0
            host = Host(configuration)
            host.command = [word for word in host.command if word not in ("--port", "0")]
            with host:
                self.assertEqual(host.port, first)
                answering = []
                for port in (taken, first, second):
                    try:
                        socket.create_connection(("127.0.0.1", port), 5).close()
                        answering.append(port)
                    except OSError:
                        pass
                self.assertEqual(answering, [taken, first])
                async with await Client.open(f"ws://127.0.0.1:{first}/xfs4iot/v1.0") as client:
                    self.assertIsNone(code(await client.call("ServicePublisher.GetServices")))


class Transport(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(Host(READER + "listen: {allowed_origins: ['https://kiosk.example']}\n"))

    def http(self, path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.host.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def test_a_plain_http_request_is_answered_400(self):
        self.assertEqual(self.http("/xfs4iot/v1.0/cardreader"), 400)
        self.assertEqual(self.http("/xfs4iot/v1.0"), 400)

    def test_another_path_is_answered_404(self):
        for path in ("/", "/xfs4iot", "/xfs4iot/v1.0x", "/xfs4iot/v1.0/nothing", "/xfs4iot/v1.0/CardReader", "/xfs4iot/v1.0/cardreader/x",
                     "/xfs4iot/v1.0//cardreader", "/xfs4iot/v2.0/cardreader"):
            self.assertEqual(self.http(path), 404, path)

    async def test_a_websocket_for_another_path_is_answered_404(self):
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            await Client.open(f"ws://127.0.0.1:{self.host.port}/xfs4iot/v1.0/nothing")
        self.assertEqual(refused.exception.status_code, 404)

    async def test_a_web_page_of_another_place_is_refused(self):
        # "null" is what a sandboxed frame of any page sends.
        for origin in ("https://evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example:5846", "null"):
            with self.assertRaises(websockets.InvalidStatusCode, msg=origin) as refused:
                await Client.open(self.host.uris["cardreader"], origin=origin)
            self.assertEqual(refused.exception.status_code, 403, origin)

    async def test_pages_of_this_machine_and_allowed_pages_may_connect(self):
        for origin in ("http://localhost", "http://127.0.0.1:8080", "https://kiosk.example", None):
            async with await Client.open(self.host.uris["cardreader"], origin=origin) as client:
                self.assertIsNone(code(await client.call("Common.Status")), origin)

    async def test_no_compression_and_no_subprotocol_is_agreed_on(self):
        async with await Client.open(self.host.uris["cardreader"], compression="deflate", subprotocols=["xfs"]) as client:
            self.assertEqual(client.socket.extensions, [])
            self.assertIsNone(client.socket.subprotocol)

    async def test_a_message_in_many_fragments_is_one_message(self):
        async with await Client.open(self.host.uris["cardreader"]) as client:
            text = '{"header": {"type": "command", "name": "Common.Status", "version": "2.0", "requestId": 7}}'
            await client.socket.send([text[i:i + 5] for i in range(0, len(text), 5)])
            self.assertIsNone(code(await client.until("completion", 7)))


class Tls(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.certificate, key = folder / "atm.pem", folder / "atm.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-keyout", key, "-out", cls.certificate, "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True, timeout=60)
        cls.configuration = READER + f"listen: {{tls: {{certificate: {cls.certificate}, key: {key}}}}}\n"
        cls.context = ssl.create_default_context(cafile=str(cls.certificate))

    async def test_ws_and_wss_share_one_port(self):
        with Host(self.configuration) as host:
            self.assertTrue(host.publisher.startswith("wss://"))
            plain = host.uris["cardreader"].replace("wss://", "ws://")
            async with await Client.open(host.uris["cardreader"], ssl=self.context) as one, await Client.open(plain) as other:
                for client in (one, other):
                    self.assertIsNone(code(await client.call("Common.Status")))
                request = await one.send("CardReader.ReadRawData", {"track2": True})
                await one.until("event", request)
                self.assertIsNone(code(await other.call("Common.Status")))
                await one.call("Common.Cancel")
                self.assertEqual(code(await one.until("completion", request)), "canceled")
            async with await Client.open(host.publisher, ssl=self.context) as client:
                services = (await client.call("ServicePublisher.GetServices"))["payload"]["services"]
                self.assertTrue(all(each["serviceURI"].startswith("wss://") for each in services))

    async def test_a_client_that_does_not_trust_the_certificate_stays_out_and_old_tls_too(self):
        with Host(self.configuration) as host:
            with self.assertRaises(ssl.SSLError):
                await Client.open(host.uris["cardreader"], ssl=ssl.create_default_context())
            old = ssl.create_default_context(cafile=str(self.certificate))
            old.set_ciphers("ALL:@SECLEVEL=0")
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
            with self.assertRaises((ssl.SSLError, OSError)):
                await Client.open(host.uris["cardreader"], ssl=old)
            async with await Client.open(host.uris["cardreader"], ssl=self.context) as client:
                self.assertIsNone(code(await client.call("Common.Status")))

    async def test_without_plain_only_wss_is_served(self):
        with Host(self.configuration.replace("}}", "}, plain: false}")) as host:
            with self.assertRaises((websockets.InvalidMessage, ConnectionError, asyncio.IncompleteReadError)):
                await Client.open(host.uris["cardreader"].replace("wss://", "ws://"))
            async with await Client.open(host.uris["cardreader"], ssl=self.context) as client:
                self.assertIsNone(code(await client.call("Common.Status")))


if __name__ == "__main__":
    unittest.main()
