"""One connection by hand: Engine.IO 4 and Socket.IO 5 over a WebSocket, for hundreds at once.

No library reconnects here, hides a frame or repairs anything: what a proof counts is what came.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from wsproto import ConnectionType, WSConnection
from wsproto.events import CloseConnection, Message, Ping, RejectConnection, Request, TextMessage
from wsproto.utilities import ProtocolError

from tests.cast import Person

Hear = Callable[[str, Any], None]
TARGET = "/socket.io/?EIO=4&transport=websocket"
MOST_READ = 65_536


class Gone(Exception):
    """The connection has ended, or does not answer in time: connect again."""


class Refused(Exception):
    """The server lets us not in; `data` says why."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(str(told))
        self.data: dict[str, Any] = told.get("data") or {}


def credentials(person: Person, client_id: str | None = None) -> dict[str, Any]:
    """The `auth` of a connection."""
    return {"token": person.token, "client_id": client_id or str(uuid4()), "proto": 1}


class Wire:
    """`hear` gets every event that is no acknowledgement: its name and its payload."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hear: Hear
    ) -> None:
        self._reader, self._writer, self._hear = reader, writer, hear
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._parts: list[str] = []
        self._auth: dict[str, Any] = {}
        self._entered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked: dict[str, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._reading: asyncio.Task[None] | None = None
        self.close_code: int | None = None
        self.ended = asyncio.Event()

    @classmethod
    async def open(
        cls, port: int, auth: dict[str, Any], hear: Hear, *, seconds: float = 10
    ) -> Wire:
        """Connect and shake hands. Raises Gone, or Refused by the server."""
        try:
            async with asyncio.timeout(seconds):
                wire = cls(*await asyncio.open_connection("127.0.0.1", port), hear)
        except OSError as error:  # also in time out
            raise Gone(str(error)) from None
        try:
            await wire._enter(auth, seconds)
        except BaseException:
            wire.abort()
            raise
        return wire

    @property
    def port(self) -> int:
        """The local end of its connection."""
        found: int = self._writer.get_extra_info("sockname")[1]
        return found

    async def ask(self, event: str, payload: dict[str, Any], *, seconds: float = 10) -> Any:
        """Send an event; its acknowledgement. Raises Gone when there is none."""
        number = str(next(self._numbers))
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        self.send(f"42{number}{json.dumps([event, payload])}")
        return await self._answered(answer, seconds)

    def send(self, frame: str) -> None:
        if not self.ended.is_set():
            self._writer.write(self._protocol.send(Message(frame)))

    def abort(self) -> None:
        """Cut it, as a dead phone does."""
        if (transport := self._writer.transport) is not None:
            transport.abort()
        if self._reading is not None:
            self._reading.cancel()
        self._end()

    async def _enter(self, auth: dict[str, Any], seconds: float) -> None:
        self._auth = auth
        self._writer.write(self._protocol.send(Request("127.0.0.1", TARGET)))
        self._reading = asyncio.create_task(self._read())
        told = await self._answered(self._entered, seconds)
        if "sid" not in told:
            raise Refused(told)

    async def _answered(self, answer: asyncio.Future[Any], seconds: float) -> Any:
        if not self.ended.is_set():
            await asyncio.wait({answer}, timeout=seconds)
        if not answer.done() or answer.cancelled():
            raise Gone("ended" if self.ended.is_set() else "no answer in time")
        return answer.result()

    async def _read(self) -> None:
        with suppress(OSError, ProtocolError):
            while data := await self._reader.read(MOST_READ):
                self._protocol.receive_data(data)
                for event in self._protocol.events():
                    self._take(event)
        self._writer.close()
        self._end()

    def _take(self, event: Any) -> None:
        if isinstance(event, TextMessage):
            self._parts.append(event.data)
            if event.message_finished:
                frame, self._parts = "".join(self._parts), []
                self._read_frame(frame)
        elif isinstance(event, Ping):
            self._writer.write(self._protocol.send(event.response()))
        elif isinstance(event, (CloseConnection, RejectConnection)):
            self.close_code = getattr(event, "code", None)
            raise ProtocolError("It says goodbye.")

    def _read_frame(self, frame: str) -> None:
        if frame.startswith("42"):
            self._hear(*json.loads(frame[2:]))
        elif frame.startswith("43"):
            number, bracket, rest = frame[2:].partition("[")
            answer = self._asked.pop(number, None)
            if answer is not None and not answer.done():
                answer.set_result(json.loads(bracket + rest)[0])
        elif frame.startswith("0"):
            self.send(f"40{json.dumps(self._auth)}")
        elif frame == "2":
            self.send("3")
        elif frame.startswith(("40", "44")) and not self._entered.done():
            self._entered.set_result(json.loads(frame[2:]))
        elif frame.startswith(("1", "41")):
            raise ProtocolError("It says goodbye.")

    def _end(self) -> None:
        self.ended.set()
        for answer in (self._entered, *self._asked.values()):
            answer.cancel()
