"""Lanes of deliveries: put, claimed, settled. At least once, in order, each try with the same id.

A try is claimed by a lease: of two workers at one lane one waits for the other's claim and then
finds nothing to do. Who dies in the middle of a try leaves it to the next, which sends it again
under the same id: receivers tell the two apart by nothing, and must drop the second.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Update, delete, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from wandr.base import new_id
from wandr.deliveries.models import UNSENT, Delivery
from wandr.extensions import db
from wandr.jobs.queue import send_later

NOW: Final = func.clock_timestamp()
TASK: Final = "deliver"
LEASE: Final = timedelta(seconds=60)  # longer than any try takes: channels bound theirs
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
GIVES_UP_AFTER: Final = timedelta(days=3)
MANY_TRIES: Final = 20  # so many in that time have all died with their workers
WAKES_AGAIN_AFTER: Final = timedelta(seconds=20)
KEPT_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class Claim:
    """A try that is ours: nobody else makes it before its lease runs out.

    `is_late` says that it is not worth making: many died, for as long as tries are made.
    """

    id: UUID
    lane: str
    channel: str
    body: dict[str, Any]
    attempt: int
    is_late: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a try: it arrived, it is refused for good, or it is worth another try."""

    arrived: bool
    final: bool = False
    told: str = ""


def put_in_lane(channel: str, lane: str, body: dict[str, Any]) -> UUID:
    """Have something delivered once the surrounding transaction has committed; its id."""
    now = db.session.scalars(select(NOW)).one()
    delivery = Delivery(id=new_id(), channel=channel, lane=lane, body=body)
    delivery.due_at, delivery.gives_up_at = now, now + GIVES_UP_AFTER
    db.session.add(delivery)
    db.session.flush()
    wake_lane(lane)
    return delivery.id


def claim_next(lane: str) -> Claim | None:
    """The oldest that waits in a lane, if its time has come; None also while another has it.

    Who claims or settles it right now is waited for: to pass over it would hand out the one behind.
    """
    head = (
        select(Delivery)
        .where(Delivery.lane == lane, Delivery.state == "waiting")
        .order_by(Delivery.number)
        .limit(1)
        .with_for_update()
    )
    found = db.session.scalar(head.execution_options(populate_existing=True))
    now = db.session.scalars(select(NOW)).one()
    if found is None or found.due_at > now:
        return None
    is_late = found.attempts >= MANY_TRIES and now > found.gives_up_at
    found.attempts += 1
    found.due_at = now + LEASE + wait_before(found.attempts)  # should the try die
    db.session.flush()
    return Claim(found.id, lane, found.channel, found.body, found.attempts, is_late)


def settle(claim: Claim, outcome: Outcome, *, forgets: bool) -> bool:
    """Note what became of a try; whether the next of the lane may be tried now.

    A try whose lease another has taken over settles nothing, unless it arrived after all. With
    `forgets` the body is not kept.
    """
    delivery = db.session.get(Delivery, claim.id, with_for_update=True, populate_existing=True)
    if delivery is None or not (_is_ours(delivery, claim) or outcome.arrived):
        return False
    if delivery.ended_at is not None:
        return False
    now = db.session.scalars(select(NOW)).one()
    delivery.answer, delivery.updated_at = outcome.told[:500], now
    if outcome.arrived or outcome.final or now > delivery.gives_up_at:
        delivery.state = "sent" if outcome.arrived else "failed"
        delivery.ended_at = now
        delivery.body = {} if forgets else delivery.body
        return True
    wait = wait_before(claim.attempt)
    delivery.due_at = now + wait
    wake_lane(claim.lane, delay=wait)
    return False


def hold(lane: str) -> None:
    """Let nothing of a lane go out, until `let_go`; a try that is being made may still arrive."""
    db.session.execute(_of_lane(lane, "waiting").values(state="held", updated_at=NOW))


def let_go(lane: str) -> None:
    """Let what was held go out, in its order and with all its time."""
    values = {"state": "waiting", "due_at": NOW, "gives_up_at": NOW + GIVES_UP_AFTER}
    db.session.execute(_of_lane(lane, "held").values(**values, updated_at=NOW))
    wake_lane(lane)


def count_waiting(lane: str) -> int:
    """How much of a lane is still to go out."""
    return db.session.scalar(select(waiting_in(lane))) or 0


def waiting_in(lane: str | ColumnElement[str]) -> ScalarSelect[int]:
    """The same as a part of a statement, of a lane that it names."""
    unsent = Delivery.lane == lane, Delivery.state.in_(UNSENT)
    return select(func.count()).where(*unsent).scalar_subquery()


def try_again(delivery_id: UUID, lane: str) -> bool:
    """Send something of a lane again, under its id, before what waits; False without it."""
    again = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.lane == lane)
        .values(
            state="waiting",
            due_at=NOW,
            gives_up_at=NOW + GIVES_UP_AFTER,
            ended_at=None,
            updated_at=NOW,
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
    heads = (
        select(Delivery.id, Delivery.lane, Delivery.due_at, Delivery.woken_at, Delivery.created_at)
        .ext(distinct_on(Delivery.lane))
        .where(Delivery.state == "waiting")
        .order_by(Delivery.lane, Delivery.number)
        .subquery()
    )
    late = (
        select(heads.c.id, heads.c.lane)
        .where(
            heads.c.due_at < NOW - WAKES_AGAIN_AFTER,
            func.coalesce(heads.c.woken_at, heads.c.created_at) < NOW - WAKES_AGAIN_AFTER,
        )
        .limit(limit)
    )
    found = db.session.execute(late).all()
    for _, lane in found:
        wake_lane(lane)
    asked = update(Delivery).where(Delivery.id.in_([head_id for head_id, _ in found]))
    db.session.execute(asked.values(woken_at=NOW).execution_options(synchronize_session=False))
    return len(found)


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


def _is_ours(delivery: Delivery, claim: Claim) -> bool:
    return (delivery.state, delivery.attempts) == ("waiting", claim.attempt)


def _of_lane(lane: str, state: str) -> Update:
    found = update(Delivery).where(Delivery.lane == lane, Delivery.state == state)
    return found.execution_options(synchronize_session=False)
