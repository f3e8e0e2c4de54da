"""simple-websocket 1.1.0 as Wandr needs it, by subclass: nothing of the library is overwritten.

Its `send` hands frames to `socket.send`, which under gevent sends what fits and drops the rest: the
stream of a slow reader breaks in the middle of a frame. Here every frame is sent whole, one at a
time. `test_slow_reader.py` notices when the library does so itself and this can go.
"""

from __future__ import annotations

import time
from contextlib import suppress
from socket import SHUT_RDWR, SHUT_WR
from threading import RLock
from typing import Any

import simple_websocket
from engineio.packet import Packet as EnginePacket
from wsproto.frame_protocol import CloseReason

from wandr.realtime.frames import FramedText, nothing

MAX_MESSAGE = 256 * 1024  # bytes; beyond, the connection is closed with 1009 (message too big)
LINGER = 2.0  # seconds for the other side to read a goodbye
SOCKET_KEYS = ("gunicorn.socket", "werkzeug.socket")
ENGINE_PACKETS = frozenset("0123456")


class WholeSends:
    """A socket whose `send` sends everything, undisturbed by other senders."""

    def __init__(self, sock: Any) -> None:
        self._socket = sock
        self._lock = RLock()
        self._senders = 0  # at work or waiting for their turn
        self._rest = b""  # of a frame that was begun
        self.is_read_to_its_end = False

    def send(self, data: bytes) -> int:
        self._senders += 1
        try:
            with self._lock:
                rest, self._rest = self._rest, b""
                self._socket.sendall(rest + data if rest else data)
        finally:
            self._senders -= 1
        return len(data)

    def begin(self, data: bytes) -> int:
        """Send what the system takes without waiting; the rest goes before whatever is sent next.

        How many bytes it took: none when somebody else is at it. Only gevent's sockets can.
        """
        at_once = getattr(self._socket, "_sock", None)
        if at_once is None or self._rest or self._senders:
            return 0
        try:
            sent: int = at_once.send(data)
        except OSError:  # it takes nothing now, or is broken: the writer will see
            return 0
        self._rest = data[sent:]
        return sent

    def close(self) -> None:
        """Only note that nobody reads any more: `hang_up` closes, after our last words are read."""
        self.is_read_to_its_end = True

    def hang_up(self) -> None:
        """Close, after taking in for a moment what still comes.

        A close with unread input resets the connection, and the reason for it is lost on the way.
        """
        with suppress(OSError):
            self._socket.shutdown(SHUT_WR)
            self._socket.settimeout(LINGER)
            deadline = time.monotonic() + LINGER
            while time.monotonic() < deadline and self._socket.recv(65_536):
                pass
        self._socket.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


def with_whole_sends(environ: dict[str, Any]) -> dict[str, Any]:
    """A copy of a WSGI environment whose raw socket sends frames whole.

    Compression is not offered: it would cost each connection some 250 KB.
    """
    patched = {key: WholeSends(environ[key]) for key in SOCKET_KEYS if key in environ}
    kept = {key: one for key, one in environ.items() if key != "HTTP_SEC_WEBSOCKET_EXTENSIONS"}
    return kept | patched


class Steady:
    """The WebSocket of an engineio driver, made steady. Mixed in before the driver's own.

    A frame that is not of Engine.IO ends its connection cleanly, instead of killing its greenlet.
    """

    opened: set[Any]
    ws: Any = None
    server_args: dict[str, Any]

    def __init__(self, handler: Any, server: Any) -> None:
        super().__init__(handler, server)  # type: ignore[call-arg]
        self.server_args["max_message_size"] = MAX_MESSAGE
        self.engine_socket = handler.__self__
        self.engine_socket.steady = self
        self.opened_at = time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.opened.add(self)
        try:
            return super().__call__(with_whole_sends(environ), start_response)  # type: ignore[misc]
        finally:
            self.opened.discard(self)
            self._hang_up()

    def _hang_up(self) -> None:
        if self.ws is not None:
            self.ws.thread.join(LINGER)
            if not self.ws.sock.is_read_to_its_end:
                self.cut()
                self.ws.thread.join(LINGER)
            self.ws.sock.hang_up()

    def give(self, packet: EnginePacket) -> None:
        """Send a framed packet now, when nothing waits before it; else it waits for its turn."""
        frame: bytes = packet.encode().frame
        is_idle = self.engine_socket.queue.empty() and self.ws.connected
        sent = self.ws.sock.begin(frame) if is_idle else 0
        if sent < len(frame):
            self.engine_socket.send(nothing() if sent else packet)

    def send(self, message: str) -> None:
        """What the writer does with each packet in its turn."""
        if isinstance(message, FramedText) and self.ws.connected:
            self.ws.sock.send(message.frame)
        else:
            super().send(message)  # type: ignore[misc]

    def wait(self) -> str | None:
        frame = super().wait()  # type: ignore[misc]
        while isinstance(frame, bytes):  # protocol 1 has no binary data
            frame = super().wait()  # type: ignore[misc]
        if frame is not None and frame[:1] not in ENGINE_PACKETS:
            self.leave(CloseReason.PROTOCOL_ERROR)
            return None
        return frame

    def leave(self, reason: int = CloseReason.GOING_AWAY) -> None:
        """Say goodbye, if the other side still listens, and let the handler end."""
        with suppress(OSError, simple_websocket.ConnectionClosed):
            self.ws.close(reason)
        self.ws.connected = False
        self.ws.event.set()

    def cut(self) -> None:
        """End the connection under whoever is stuck in it."""
        with suppress(OSError):
            self.ws.sock.shutdown(SHUT_RDWR)


def steady(driver: type[Any], opened: set[Any]) -> type[Any]:
    """A steady class over the driver's; `opened` holds those of its objects that are open."""
    return type("SteadyWebSocket", (Steady, driver), {"opened": opened})
