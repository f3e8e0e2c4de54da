"""What goes on in every web process besides answering: each chore a small object with a `step`."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import structlog
from flask import Flask

from wandr.ai.sweeper import Sweeper
from wandr.auth.email_tokens import forget_old_tokens
from wandr.auth.sessions import forget_old_sessions
from wandr.changes.mutations import forget_old_mutations
from wandr.config import Settings
from wandr.deliveries.lanes import forget_delivered, wake_forgotten
from wandr.http.idempotency import forget_old_keys
from wandr.jobs.relay import OutboxRelay
from wandr.locations.services.asking import forget_old_answers
from wandr.notifications.hints import CHANNEL as HINTS
from wandr.notifications.noticer import Noticer
from wandr.notifications.service import forget_told_long_ago
from wandr.outbox import forget_sent
from wandr.pokes import CHANNEL as POKES
from wandr.pokes import poker
from wandr.realtime import presence, presence_store
from wandr.realtime.expiry import Expiry
from wandr.realtime.farewell import Farewell
from wandr.realtime.listener import Listener
from wandr.realtime.state import STATE, Sockets
from wandr.realtime.tailer import PERIOD, Tailer
from wandr.transaction import atomic
from wandr.webhooks.service import feed

log = structlog.get_logger()
RECOVERY = 1.0  # seconds of rest after a failure


class Chore:
    """A step taken again and again: every `period` seconds, or when `woken`."""

    def __init__(self, app: Flask, name: str, step: Callable[[], object], *, period: float) -> None:
        self.app, self.name, self.step, self.period = app, name, step, period
        self.woken = Event()
        self._ends = False
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take no further step."""
        self._ends = True
        self.woken.set()

    def _run(self) -> None:
        while not self._ends:
            rest = self.period
            try:
                with self.app.app_context():
                    self.step()
            except Exception as error:  # noqa: BLE001 - the edge of the loop: the next step is due
                log.error("chore_failed", chore=self.name, exc_info=error)
                rest = max(rest, RECOVERY)
            self.woken.wait(rest)
            self.woken.clear()


class Housekeeping:
    """All chores of one process."""

    def __init__(self, app: Flask, is_leaving: Callable[[], bool]) -> None:
        settings: Settings = app.config["WANDR"]
        sockets: Sockets = app.extensions[STATE]
        self.tailer = Tailer(sockets.rooms, sockets.emit)
        heard = {
            POKES: poker.hear,
            presence_store.CHANNEL: sockets.presence.hear,
            HINTS: sockets.tell_notification,
        }
        self.listener = Listener(settings.redis_url, heard)
        chores = {
            "heads": (self.tailer.tell_heads, 15.0),
            "listener": (self.listener.step, 0.0),
            "presence": (sockets.presence.step, presence.PERIOD),
            "expiry": (Expiry(sockets).step, 1.0),
            "farewell": (Farewell(sockets, is_leaving).step, 0.25),
            "outbox": (OutboxRelay().step, 1.0),
            "noticer": (Noticer().step, 2.0),
            "webhooks": (_feed_webhooks, 1.0),
            "deliveries": (_wake_deliveries, 5.0),
            "sweeper": (Sweeper().step, 2.0),
            "forgetting": (_forget, 3600.0),
        }
        tail = Chore(app, "tailer", self.tailer.step, period=PERIOD)
        tail.woken = self.tailer.woken
        self.chores = [
            tail,
            *(Chore(app, name, step, period=period) for name, (step, period) in chores.items()),
        ]

    def start(self) -> None:
        poker.listeners.append(self.tailer.wake)
        for chore in self.chores:
            chore.start()

    def stop(self) -> None:
        poker.listeners.remove(self.tailer.wake)
        for chore in self.chores:
            chore.stop()


_running: list[Housekeeping] = []


def start(app: Flask, is_leaving: Callable[[], bool] = lambda: False) -> None:
    """Begin the chores of this process; sockets are closed as soon as `is_leaving`."""
    housekeeping = Housekeeping(app, is_leaving)
    housekeeping.start()
    _running.append(housekeeping)


def stop() -> None:
    """End the chores of this process."""
    while _running:
        _running.pop().stop()


def _feed_webhooks() -> None:
    with atomic():
        feed()


def _wake_deliveries() -> None:
    with atomic():
        wake_forgotten()


def _forget() -> None:
    with atomic():
        forget_delivered()
        forget_old_answers()
        forget_old_keys()
        forget_old_mutations()
        forget_old_sessions()
        forget_old_tokens()
        forget_sent()
        forget_told_long_ago()
