"""An outgoing request that takes no more than it may, whatever the server does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

import requests

Result = TypeVar("Result")


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """What the call returns or raises; TimeoutError when it takes longer, and it is left alone.

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
    return came.result(seconds)


def leave_redirects(session: requests.Session) -> None:
    """Let a redirect be an answer like others, whose body nobody reads.

    `allow_redirects=False` alone still reads and unpacks it all, to say where it would have led.
    """
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
