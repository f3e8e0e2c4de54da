"""Patience: who takes too long is hung up on, and nothing of the question stays behind."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from threading import Event
from threading import enumerate as threads
from time import monotonic

import pytest

from wandr.locations.services import asking
from wandr.locations.services.asking import Ask, Service, Unavailable, ask

PAUSE = Event()


def say_nothing(handler) -> None:
    PAUSE.wait(20)


def say_nothing_more(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    PAUSE.wait(20)


def drip(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    trickle(handler)


def drip_headers(handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    trickle(handler)


def trickle(handler) -> None:
    with suppress(OSError):
        for _ in range(400):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            PAUSE.wait(0.05)


def calls() -> int:
    return sum(one.name.endswith("(run)") for one in threads())


@pytest.fixture
def hasty(committed_app, monkeypatch):
    monkeypatch.setattr(asking, "breakers", asking.Breakers())
    monkeypatch.setattr(asking, "TIMEOUTS", (20, 20))
    monkeypatch.setattr(asking, "LONGEST", 0.3)


@pytest.mark.parametrize("slow", [say_nothing, say_nothing_more, drip, drip_headers])
def test_who_takes_too_long_holds_no_thread(hasty, fake, slow):
    fake.fault, before = slow, calls()
    with pytest.raises(Unavailable, match="too long"):
        ask(Service("slow", fake.url), Ask("/search", timedelta(hours=1)), list)
    late = monotonic() + 5
    while calls() > before and monotonic() < late:
        PAUSE.wait(0.01)
    assert calls() == before
    assert len(fake.asked) == 1
