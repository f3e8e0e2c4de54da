"""Two transactions at once, without luck: the second begins before the first has committed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

from flask import Flask

from wandr.transaction import atomic

First, Second = TypeVar("First"), TypeVar("Second")


def at_once(
    app: Flask, first: Callable[[], First], second: Callable[[], Second]
) -> tuple[First, Future[Second]]:
    """What the first returns, and what became of the second, which has to wait for its commit."""

    def run() -> Second:
        with app.app_context(), atomic():
            return second()

    with ThreadPoolExecutor(1) as pool:
        with atomic():
            done = first()
            other = pool.submit(run)
            wait([other], 0.3)
            assert not other.done(), "It does not wait."
        return done, other
