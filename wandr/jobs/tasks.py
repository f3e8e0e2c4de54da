"""What workers do. Each is three lines: read the arguments, call the service, done."""

from __future__ import annotations

from uuid import UUID

from wandr.ai.attempts import run_attempt
from wandr.deliveries.running import run_lane
from wandr.notifications import telling
from wandr.realtime.presence_store import people_live_in
from wandr.transaction import atomic


def answer_ai_request(request_id: str, attempt: int) -> None:
    """Answer a request to the assistant."""
    run_attempt(UUID(request_id), attempt)


def deliver(lane: str) -> None:
    """Deliver what waits in a lane."""
    run_lane(lane)


def tell_trip(trip_id: str) -> None:
    """Tell the members of a trip what has changed in it."""
    with atomic():
        telling.tell_trip(UUID(trip_id), people_live_in(UUID(trip_id)))


def tell_answers() -> None:
    """Tell of what the assistant has finished."""
    with atomic():
        telling.tell_answers(people_live_in)


def tell_times() -> None:
    """Send reminders and digests whose time has come."""
    with atomic():
        telling.tell_times()
