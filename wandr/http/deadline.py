"""An outgoing request that takes no more than it may, whatever the server does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from socket import SHUT_RDWR, socket
from threading import Thread
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter

Result = TypeVar("Result")


def within(
    seconds: float, call: Callable[[], Result], cut: Callable[[], None] | None = None
) -> Result:
    """What the call returns or raises; TimeoutError when it takes longer.

    It is left alone then, with its thread, unless `cut` ends what it waits for.

    The timeouts of a socket count from one byte to the next: a server that sends one now and then
    would hold its caller for ever. The call runs in a thread of its own, without the application's
    context and the database session of the caller.
    """
    came: Future[Result] = Future()

    def run() -> None:
        try:
            came.set_result(call())
        except BaseException as error:  # noqa: BLE001 - the caller gets it
            came.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return came.result(seconds)
    except TimeoutError:
        if cut is not None and not came.done():
            cut()
        raise


def cutter_of(session: requests.Session) -> Callable[[], None]:
    """What cuts the connections that a session has and will have, from whatever thread."""
    line = _Line()
    for scheme in ("http://", "https://"):
        session.mount(scheme, line)
    return line.cut


class _Line(HTTPAdapter):
    """Knows its sockets: to close a session, or an answer that somebody reads, wakes nobody."""

    def __init__(self) -> None:
        self._sockets: list[socket] = []
        self._is_cut = False
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **more: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **more)
        kind: Any = type(pool).ConnectionCls
        note = self._note

        class Noted(kind):
            def connect(self) -> None:
                super().connect()
                note(self.sock)

        pool.ConnectionCls = Noted
        return pool

    def cut(self) -> None:
        self._is_cut = True
        for one in self._sockets:
            with suppress(OSError):  # it may be closed already
                socket.shutdown(one, SHUT_RDWR)  # that of TLS would not leave its reader in peace

    def _note(self, made: socket) -> None:
        self._sockets.append(made)
        if self._is_cut:
            self.cut()


def leave_redirects(session: requests.Session) -> None:
    """Let a redirect be an answer like others, whose body nobody reads.

    `allow_redirects=False` alone still reads and unpacks it all, to say where it would have led.
    """
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
