"""Lanes over a database of their own, in which commits are commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from wandr.deliveries import lanes
from wandr.deliveries.lanes import Claim, Outcome
from wandr.deliveries.models import Delivery
from wandr.deliveries.running import senders
from wandr.extensions import db
from wandr.transaction import atomic

Said = list[tuple[str, int]]


@pytest.fixture
def sent(committed_app) -> Iterator[Callable[..., Said]]:
    """A channel `test` that answers as it is told, in turn; what it was asked to send."""
    asked: Said = []
    answers: list[Outcome] = []

    def send(claim: Claim) -> Outcome:
        asked.append((claim.body["n"], claim.attempt))
        return answers.pop(0) if answers else Outcome(True, told="fine")

    def script(*outcomes: Outcome) -> Said:
        answers[:] = outcomes
        return asked

    senders["test"] = (send, True)
    yield script
    del senders["test"]


@pytest.fixture
def put(committed_app):
    """Puts things into a lane."""

    def put(*numbers: str, lane: str = "test:1") -> list:
        with atomic():
            return [lanes.put_in_lane("test", lane, {"n": one}) for one in numbers]

    return put


def hurry(**columns) -> None:
    """Let time pass: all that waits is due, or what else is said."""
    with atomic():
        db.session.query(Delivery).filter_by(state="waiting").update(
            {"due_at": lanes.NOW, **columns}, synchronize_session=False
        )


def states() -> list[tuple[str, int]]:
    """State and attempts of all deliveries, in order."""
    db.session.rollback()
    rows = db.session.query(Delivery).order_by(Delivery.number).all()
    return [(one.state, one.attempts) for one in rows]
