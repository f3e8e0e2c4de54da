"""simple-websocket 1.1.0 as Wandr needs it, by subclass: nothing of the library is overwritten.

Its `send` hands frames to `socket.send`, which under gevent sends what fits and drops the rest: the
stream of a slow reader breaks in the middle of a frame. Here every frame is sent whole, one at a
time. `test_slow_reader.py` notices when the library does so itself and this can go.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR, SHUT_WR
from threading import RLock
from typing import Any

import simple_websocket
from engineio.packet import Packet as EnginePacket
from wsproto.frame_protocol import CloseReason

from wandr.realtime.backlog import Backlog
from wandr.realtime.frames import FramedText, nothing

MAX_MESSAGE = 256 * 1024  # bytes; beyond, the connection is closed with 1009 (message too big)
LINGER = 2.0  # seconds for the other side to read a goodbye
SLICE = 16 * 1024  # bytes sent at once, so that a slow reader is told from one who does not read
MOST_UNHANDLED = 16  # messages read ahead; beyond, the other side waits as TCP lets it
HELD_BACK = 0.02  # seconds until it is looked again whether they have become fewer
SOCKET_KEYS = ("gunicorn.socket", "werkzeug.socket")
ENGINE_PACKETS = frozenset("0123456")


class WholeSends:
    """A socket whose `send` sends everything, undisturbed by other senders.

    Nothing is received while `is_busy`: the library would read ahead without a bound.
    """

    def __init__(self, sock: Any, is_busy: Callable[[], bool] = lambda: False) -> None:
        self._socket = sock
        self._is_busy = is_busy
        self._lock = RLock()
        self._senders = 0  # at work or waiting for their turn
        self._rest = b""  # of a frame that was begun
        self.is_read_to_its_end = False
        self.moved_at = time.monotonic()  # when the system last took some of what we send

    def send(self, data: bytes) -> int:
        self._senders += 1
        try:
            with self._lock:
                rest, self._rest = self._rest, b""
                self._send_whole(memoryview(rest + data if rest else data))
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
        self._rest, self.moved_at = data[sent:], time.monotonic()
        return sent

    def recv(self, size: int) -> bytes:
        while self._is_busy():
            time.sleep(HELD_BACK)
        received: bytes = self._socket.recv(size)
        return received

    def _send_whole(self, data: memoryview) -> None:
        for start in range(0, len(data), SLICE):
            self._socket.sendall(data[start : start + SLICE])
            self.moved_at = time.monotonic()

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


def with_whole_sends(
    environ: dict[str, Any], is_busy: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """A copy of a WSGI environment whose raw socket sends frames whole, and waits while `is_busy`.

    Compression is not offered: it would cost each connection some 250 KB.
    """
    patched = {key: WholeSends(environ[key], is_busy) for key in SOCKET_KEYS if key in environ}
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
            return super().__call__(  # type: ignore[misc]
                with_whole_sends(environ, self._is_busy), start_response
            )
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
        is_idle = not self.engine_socket.queue.backlog.messages and self.ws.connected
        sent = self.ws.sock.begin(frame) if is_idle else 0
        if sent < len(frame):
            self.engine_socket.send(nothing() if sent else packet)

    def send(self, message: str) -> None:
        """What the writer does with each packet in its turn."""
        if isinstance(message, FramedText) and self.ws.connected:
            self.ws.sock.send(message.frame)
        else:
            super().send(message)  # type: ignore[misc]
        self.engine_socket.queue.backlog.hand_over(len(message))

    def _is_busy(self) -> bool:
        return self.ws is not None and len(self.ws.input_buffer) >= MOST_UNHANDLED

    @property
    def is_unread(self) -> bool:
        """Whether the other side takes nothing of what waits for it, or lets too much wait."""
        backlog: Backlog = self.engine_socket.queue.backlog
        moved_at = self.ws.sock.moved_at if self.ws is not None else self.opened_at
        return backlog.overflowed or backlog.is_stuck(moved_at)

    def wait(self) -> str | None:
        frame = super().wait()  # type: ignore[misc]
        while isinstance(frame, bytes):  # protocol 1 has no binary data
            frame = super().wait()  # type: ignore[misc]
        if frame is not None and frame[:1] not in ENGINE_PACKETS:
            self.leave(CloseReason.PROTOCOL_ERROR, "This is not Engine.IO 4.")
            return None
        return frame

    def leave(
        self, reason: int = CloseReason.GOING_AWAY, told: str = "This server goes away."
    ) -> None:
        """Say goodbye, if the other side still listens, and let the handler end."""
        with suppress(OSError, simple_websocket.ConnectionClosed):
            self.ws.close(reason, told)
        self.ws.connected = False
        self.ws.event.set()

    def cut(self) -> None:
        """End the connection under whoever is stuck in it; what has come of it is let go."""
        if self.ws is None:  # just being opened
            return
        self.ws.connected = False
        self.ws.input_buffer.clear()
        with suppress(OSError):
            self.ws.sock.shutdown(SHUT_RDWR)


def steady(driver: type[Any], opened: set[Any]) -> type[Any]:
    """A steady class over the driver's; `opened` holds those of its objects that are open."""
    return type("SteadyWebSocket", (Steady, driver), {"opened": opened})
