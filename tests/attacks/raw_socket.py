"""WebSocket by hand on a plain socket, so that every rule of RFC 6455 can be broken on purpose."""
import base64
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0


def request(path, host="127.0.0.1", padded_to=0, **headers):
    """The bytes of an upgrade request, of exactly `padded_to` bytes if that is given."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", *(f"{k}: {v}" for k, v in headers.items())]
    text = "\r\n".join(lines) + "\r\n\r\n"
    if padded_to:
        text = "\r\n".join([*lines, "X-Pad: " + "x" * (padded_to - len(text) - 9)]) + "\r\n\r\n"
        assert len(text) == padded_to
    return text.encode()


def frame(payload, opcode=TEXT, final=True, masked=True, reserved=0, length=None):
    """One frame; `length` lies about the payload's."""
    data = payload.encode() if isinstance(payload, str) else payload
    size = len(data) if length is None else length
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", size)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", size)
    return head + (b"\0\0\0\0" if masked else b"") + data  # a mask of zeros leaves the data as they are


class RawClient:
    """A connection that has passed the upgrade, unless `upgrade` is false."""

    def __init__(self, port, path="/xfs4iot/v1.0/cardreader", upgrade=True, receive_buffer=None, timeout=20):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        if upgrade:
            self.socket.sendall(request(path))
            while b"\r\n\r\n" not in self.rest:
                self.rest += self._some()
            head, self.rest = self.rest.split(b"\r\n\r\n", 1)
            assert head.startswith(b"HTTP/1.1 101"), head

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _some(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        return data

    def send(self, data):
        self.socket.sendall(data)

    def abort(self):
        """Ends with a reset, as a killed process whose data nobody took."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def next_frame(self):
        """(opcode, payload) of the next frame of the host. ConnectionError when it closed."""
        while len(self.rest) < 2:
            self.rest += self._some()
        size, start = self.rest[1] & 0x7f, 2
        if size == 126:
            start = 4
        elif size == 127:
            start = 10
        while len(self.rest) < start:
            self.rest += self._some()
        if start > 2:
            size = int.from_bytes(self.rest[2:start], "big")
        while len(self.rest) < start + size:
            self.rest += self._some()
        opcode, payload = self.rest[0] & 0x0f, self.rest[start:start + size]
        self.rest = self.rest[start + size:]
        return opcode, payload

    def close_code(self):
        """Reads to the end; the code of the close frame, or None when there was none."""
        code = None
        try:
            while True:
                opcode, payload = self.next_frame()
                if opcode == CLOSE:
                    code = int.from_bytes(payload[:2], "big")
        except (ConnectionError, BrokenPipeError):
            return code
