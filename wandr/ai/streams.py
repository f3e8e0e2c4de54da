"""Waiting for what the assistant says, without holding a database connection meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final
from uuid import UUID

from wandr.ai.models import TERMINAL
from wandr.ai.requests import Said, events_of, find_request
from wandr.ai.schemas import AiEventView
from wandr.errors import WandrError
from wandr.extensions import db
from wandr.transaction import reading

PAUSE: Final = 0.25  # seconds between looks; under gevent others work meanwhile
MOST_EVENTS: Final = 500
STREAMED_FOR: Final = 60.0  # seconds; then the client comes back with Last-Event-ID
SIGN_OF_LIFE: Final = 10.0
_view = AiEventView()


@dataclass(frozen=True)
class Look:
    """What there is after a seq, and how the request stood at that moment."""

    status: str
    last_seq: int
    events: list[Said]

    @property
    def is_over(self) -> bool:
        """Whether nothing will follow."""
        said = self.events[-1].seq if self.events else self.last_seq
        return self.status in TERMINAL and said >= self.last_seq


def look(user_id: UUID, request_id: UUID, after: int) -> Look:
    """One look, in a reading of its own. NotFound for outsiders, also for a member just removed."""
    with reading():
        request = find_request(user_id, request_id)
        events = events_of(request_id, after, MOST_EVENTS)
        if events and events[-1].seq > request.last_seq:  # said after the request was read
            db.session.refresh(request)
        return Look(request.status, request.last_seq, events)


def wait_for_events(user_id: UUID, request_id: UUID, after: int, wait: float) -> Look:
    """The events after a seq as soon as there are any, or how things stand after `wait` seconds."""
    until = monotonic() + wait
    seen = look(user_id, request_id, after)
    while not seen.events and not seen.is_over and monotonic() < until:
        sleep(min(PAUSE, max(0.0, until - monotonic())))
        seen = look(user_id, request_id, after)
    return seen


def event_stream(user_id: UUID, request_id: UUID, after: int) -> Iterator[str]:
    """The same as server-sent events (WHATWG HTML 9.2), for a minute at most."""
    until = monotonic() + STREAMED_FOR
    alive_at = monotonic()
    while monotonic() < until:
        try:
            seen = look(user_id, request_id, after)
        except WandrError:
            return  # no longer a member
        for event in seen.events:
            yield _as_sse(event)
            after, alive_at = event.seq, monotonic()
        if seen.is_over:
            return
        if monotonic() - alive_at >= SIGN_OF_LIFE:
            yield ": still there\n\n"
            alive_at = monotonic()
        sleep(PAUSE)


def _as_sse(event: Said) -> str:
    return f"id: {event.seq}\nevent: {event.type}\ndata: {json.dumps(_view.dump(event))}\n\n"
