"""A bad network between clients and a server: each connection through it has a trouble of its own.

Whatever happens, bytes that do arrive arrive in order: that much TCP promises, and no more.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from contextlib import suppress
from random import Random

FINE, LATE, SLOW, CUT, HALF, SILENT, DEAF = (
    *("fine", "late", "slow", "cut", "half-closed", "silent", "deaf"),
)
TROUBLES = (FINE, LATE, SLOW, CUT, CUT, HALF, SILENT, DEAF, DEAF)
CHUNK = 4096
SLOW_CHUNK, SLOW_PAUSE = 512, 0.25  # 2 KB/s
LATEST = 0.25  # seconds by which a chunk is late
CALM = (0.5, 5.0)  # seconds, from and to, until the trouble strikes
TOO_LONG = 10.0  # seconds after which a slow, late or half-closed connection is cut


class BadNetwork:
    """Listens on a port of its own and passes on to `target`, well or badly."""

    def __init__(self, target: int, dice: Random) -> None:
        self.target, self.dice = target, dice
        self.struck: Counter[str] = Counter()  # how often each trouble has struck
        self.is_healed = False
        self._links: set[Link] = set()
        self._deck: list[str] = []

    def deal(self) -> str:
        """The trouble of the next connection: of nine, each kind is among them."""
        self._deck = self._deck or self.dice.sample(TROUBLES, len(TROUBLES))
        return FINE if self.is_healed else self._deck.pop()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=CHUNK)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.cut()
        await asyncio.sleep(0)

    def heal(self) -> None:
        """From now on all is well; who has trouble is cut off, and comes back without."""
        self.is_healed = True
        for link in list(self._links):
            if link.trouble != FINE:
                link.cut()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, CHUNK)  # slowness reaches the server
        narrow.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", self.target))
            server = await asyncio.open_connection(sock=narrow, limit=CHUNK)
        except OSError:
            narrow.close()
            writer.transport.abort()
            return
        link = Link(self, (reader, writer), server)
        self._links.add(link)
        try:
            await link.live()
        finally:
            self._links.discard(link)


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Link:
    """One connection and its trouble."""

    def __init__(self, network: BadNetwork, client: Stream, server: Stream) -> None:
        self.network, self.client, self.server = network, client, server
        self.trouble = network.deal()
        self._loop = asyncio.get_running_loop()
        self._strikes_at = self._loop.time() + network.dice.uniform(*CALM)
        self._has_struck = False

    async def live(self) -> None:
        """Pass on in both directions until it is over."""
        watch = asyncio.create_task(self._watch())
        try:
            await asyncio.gather(
                self._pass_on(self.client[0], self.server[1], is_answer=False),
                self._pass_on(self.server[0], self.client[1], is_answer=True),
            )
        finally:
            watch.cancel()
            self.cut()

    def cut(self) -> None:
        """Reset both ends."""
        for _, writer in (self.client, self.server):
            writer.transport.abort()

    async def _watch(self) -> None:
        """Half-close in time, and end what would go on for ever."""
        await asyncio.sleep(self._strikes_at - self._loop.time())
        if self.trouble == HALF:
            self._strike()
            with suppress(OSError):
                self.network.dice.choice((self.server, self.client))[1].write_eof()
        if self.trouble in (HALF, SLOW, LATE):
            await asyncio.sleep(TOO_LONG)
            self.cut()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with suppress(OSError, RuntimeError):  # a write after our own write_eof
            while data := await reader.read(CHUNK):
                if self.trouble == FINE or self._loop.time() < self._strikes_at:
                    writer.write(data)
                else:
                    self._strike()
                    await self._pass_on_badly(data, writer, is_answer=is_answer)
                await writer.drain()
        with suppress(OSError):
            if writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()

    async def _pass_on_badly(
        self, data: bytes, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        if self.trouble == SILENT or (self.trouble == DEAF and is_answer):
            return
        if self.trouble == CUT:
            if is_answer or self.network.dice.random() < 0.5:
                writer.write(data[: len(data) // 2])  # in the middle of a frame
                with suppress(OSError):
                    await writer.drain()
            self.cut()
            return
        if self.trouble == LATE:
            await asyncio.sleep(self.network.dice.uniform(0, LATEST))
        elif self.trouble == SLOW and is_answer:
            for start in range(0, len(data), SLOW_CHUNK):
                writer.write(data[start : start + SLOW_CHUNK])
                await writer.drain()
                await asyncio.sleep(SLOW_PAUSE)
            return
        writer.write(data)

    def _strike(self) -> None:
        if not self._has_struck:
            self._has_struck = True
            self.network.struck[self.trouble] += 1
