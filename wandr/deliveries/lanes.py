"""Lanes of deliveries: put, claimed, settled. At least once, in order, each try with the same id.

A try is claimed by a lease: of two workers at one lane one finds nothing to do. Who dies in the
middle of a try leaves it to the next, which sends it again under the same id: receivers tell the
two apart by nothing, and must drop the second.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select, update

from wandr.base import new_id
from wandr.deliveries.models import Delivery
from wandr.extensions import db
from wandr.jobs.queue import send_later

NOW: Final = func.clock_timestamp()
TASK: Final = "deliver"
LEASE: Final = timedelta(seconds=60)  # longer than any try takes
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
GIVES_UP_AFTER: Final = timedelta(days=3)
WAKES_AGAIN_AFTER: Final = timedelta(seconds=20)
KEPT_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class Claim:
    """A try that is ours: nobody else makes it before its lease runs out."""

    id: UUID
    lane: str
    channel: str
    body: dict[str, Any]
    attempt: int


@dataclass(frozen=True)
class Outcome:
    """What became of a try: it arrived, it is refused for good, or it is worth another try."""

    arrived: bool
    final: bool = False
    told: str = ""


def put_in_lane(channel: str, lane: str, body: dict[str, Any]) -> UUID:
    """Have something delivered once the surrounding transaction has committed; its id."""
    delivery = Delivery(id=new_id(), channel=channel, lane=lane, body=body)
    delivery.due_at = db.session.scalars(select(NOW)).one()
    db.session.add(delivery)
    db.session.flush()
    wake_lane(lane)
    return delivery.id


def claim_next(lane: str) -> Claim | None:
    """The oldest that waits in a lane, if its time has come; None also while another has it."""
    head = (
        select(Delivery)
        .where(Delivery.lane == lane, Delivery.state == "waiting")
        .order_by(Delivery.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = db.session.scalar(head.execution_options(populate_existing=True))
    now = db.session.scalars(select(NOW)).one()
    if found is None or found.due_at > now:
        return None
    found.attempts += 1
    found.due_at = now + LEASE
    db.session.flush()
    return Claim(found.id, lane, found.channel, found.body, found.attempts)


def settle(claim: Claim, outcome: Outcome, *, forgets: bool) -> bool:
    """Note what became of a try; whether the next of the lane may be tried now.

    A try whose lease another has taken over settles nothing. With `forgets` the body is not kept.
    """
    delivery = db.session.get(Delivery, claim.id, with_for_update=True, populate_existing=True)
    if delivery is None or (delivery.state, delivery.attempts) != ("waiting", claim.attempt):
        return False
    now = db.session.scalars(select(NOW)).one()
    delivery.answer, delivery.updated_at = outcome.told[:500], now
    if outcome.arrived or outcome.final or now - delivery.created_at > GIVES_UP_AFTER:
        delivery.state = "sent" if outcome.arrived else "failed"
        delivery.ended_at = now
        delivery.body = {} if forgets else delivery.body
        return True
    wait = wait_before(claim.attempt)
    delivery.due_at = now + wait
    wake_lane(claim.lane, delay=wait)
    return False


def try_again(delivery_id: UUID, lane: str) -> bool:
    """Send something of a lane again, under its id, before what waits; False without it."""
    again = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.lane == lane)
        .values(
            state="waiting", due_at=NOW, ended_at=None, attempts=0, created_at=NOW, updated_at=NOW
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    if db.session.scalar(again) is None:
        return False
    wake_lane(lane)
    return True


def wake_forgotten(limit: int = 100) -> int:
    """Ask workers for lanes whose time has come and that nobody looked at; how many."""
    late = (
        select(Delivery.lane)
        .distinct()
        .where(
            Delivery.state == "waiting",
            Delivery.due_at < NOW - WAKES_AGAIN_AFTER,
            func.coalesce(Delivery.woken_at, Delivery.created_at) < NOW - WAKES_AGAIN_AFTER,
        )
        .limit(limit)
    )
    lanes = list(db.session.scalars(late))
    for lane in lanes:
        wake_lane(lane)
    asked = update(Delivery).where(Delivery.lane.in_(lanes), Delivery.state == "waiting")
    db.session.execute(asked.values(woken_at=NOW).execution_options(synchronize_session=False))
    return len(lanes)


def forget_delivered() -> None:
    """Delete what has ended more than 30 days ago."""
    old = delete(Delivery).where(Delivery.ended_at < NOW - KEPT_FOR)
    db.session.execute(old.execution_options(synchronize_session=False))


def wait_before(attempt: int) -> timedelta:
    """How long to wait after a try has failed: twice as long each time, and not quite in step."""
    seconds = FIRST_WAIT.total_seconds() * 2 ** min(attempt - 1, 20)
    capped = min(seconds, LONGEST_WAIT.total_seconds())
    return timedelta(seconds=capped * random.uniform(0.8, 1.0))


def wake_lane(lane: str, *, delay: timedelta | None = None) -> None:
    """Have a worker look at a lane, after the surrounding transaction and perhaps a while."""
    send_later(TASK, lane, delay=delay)
