"""A client of XFS4IoT services that knows nothing of Sesame: Debian's python3-websockets, JSON and the standard's words.

`Client` keeps every message in the order of its arrival. Nothing here waits without a limit.
"""
import asyncio
import itertools
import json

import websockets

LIMIT = 20.0  # seconds that any single answer may take, under a sanitizer as well


class Client:
    def __init__(self, socket):
        self.socket = socket
        self.seen = []            # every message, in order
        self.taken = 0            # how many of them expect() has passed
        self.ids = itertools.count(1)
        self.more = asyncio.Event()
        self.reader = asyncio.ensure_future(self._read())

    @classmethod
    async def open(cls, uri, **options):
        options.setdefault("compression", None)
        options.setdefault("max_size", None)
        return cls(await asyncio.wait_for(websockets.connect(uri, **options), LIMIT))

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()

    async def close(self):
        try:
            await asyncio.wait_for(self.socket.close(), LIMIT)
        finally:
            self.reader.cancel()

    async def _read(self):
        try:
            async for text in self.socket:
                self.seen.append(json.loads(text))
                self.more.set()
        except websockets.ConnectionClosed:
            pass
        self.seen.append(None)
        self.more.set()

    async def send(self, name, payload=None, request_id=None, version="2.0", **header):
        """Sends one command and gives its id."""
        request_id = next(self.ids) if request_id is None else request_id
        message = {"header": {"type": "command", "name": name, "requestId": request_id, "version": version, **header}}
        if payload is not None:
            message["payload"] = payload
        await self.socket.send(json.dumps(message))
        return request_id

    async def next(self, limit=LIMIT):
        """The next message; None when the connection is closed."""
        while self.taken == len(self.seen):
            self.more.clear()
            # Not wait_for: Python 3.11's forgets a cancel that comes together with the message.
            async with asyncio.timeout(limit):
                await self.more.wait()
        self.taken += 1
        return self.seen[self.taken - 1]

    async def until(self, type_, request_id=None, name=None, limit=LIMIT):
        """The next message of that type (and id, and name); the others before it stay in `seen`."""
        while True:
            message = await self.next(limit)
            assert message is not None, f"the connection closed while a message of type {type_} was expected"
            header = message["header"]
            if header["type"] == type_ and request_id in (None, header.get("requestId")) and name in (None, header["name"]):
                return message

    async def call(self, name, payload=None, limit=LIMIT, **header):
        """Sends a command and gives its completion."""
        request_id = await self.send(name, payload, **header)
        return await self.until("completion", request_id, limit=limit)

    def of(self, request_id):
        """Every message of one request so far, in order."""
        return [m for m in self.seen if m and m["header"].get("requestId") == request_id]


def code(message):
    """completionCode, or errorCode where that is the answer; None for success."""
    found = message["header"].get("completionCode")
    return message["payload"]["errorCode"] if found == "commandErrorCode" else found


def shape(message):
    """What a message is, without ids, times and values: for comparing transcripts."""
    header = message["header"]
    parts = [header["type"], header["name"], header["version"]]
    for key in ("status", "completionCode"):
        if header.get(key):
            parts.append(header[key])
    payload = message.get("payload") or {}
    if "errorCode" in payload:
        parts.append(payload["errorCode"])
    return " ".join(parts)
