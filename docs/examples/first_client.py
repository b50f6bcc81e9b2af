#!/usr/bin/python3
"""Reads one card at an ATM: discovers the services, waits for a card, gives it back. Debian's python3-websockets is all it needs.

    docs/examples/first_client.py [PORT ...]
"""
import asyncio
import base64
import itertools
import json
import sys

import websockets

PORTS = [int(word) for word in sys.argv[1:]] or [80, *range(5846, 5857)]
ids = itertools.count(1)


async def command(socket, name, payload=None, timeout=0):
    """Sends one command, shows its events, gives its completion."""
    request = next(ids)
    header = {"type": "command", "name": name, "version": "2.0", "requestId": request, "timeout": timeout}
    await socket.send(json.dumps({"header": header} | ({"payload": payload} if payload else {})))
    async for text in socket:
        message = json.loads(text)
        header = message["header"]
        if header["type"] in ("event", "unsolicited"):
            print(header["name"])
        if header["type"] == "completion" and header["requestId"] == request:
            print(header["name"], header.get("completionCode") or "success")
            return message


async def discover():
    """The URIs of all services on this machine."""
    for port in PORTS:
        try:
            async with websockets.connect(f"ws://127.0.0.1:{port}/xfs4iot/v1.0") as publisher:
                found = await command(publisher, "ServicePublisher.GetServices")
                return [service["serviceURI"] for service in found["payload"]["services"]]
        except OSError:
            continue  # nobody on this port: the standard has eleven more
    sys.exit("no publisher answers; is `sesame serve --simulated` running?")


async def main():
    reader = next(uri for uri in await discover() if "cardreader" in uri)
    async with websockets.connect(reader) as socket:
        card = await command(socket, "CardReader.ReadRawData", {"track2": True}, timeout=60_000)
        track2 = (card.get("payload") or {}).get("track2") or {}
        if track2.get("data"):
            print("a card whose number begins with", base64.b64decode(track2["data"])[:6].decode())
            await command(socket, "CardReader.Move", {"from": "transport", "to": "exit"})


asyncio.run(main())
