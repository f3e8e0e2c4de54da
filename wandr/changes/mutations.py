"""What became of each mutation, kept so that a second delivery gets the first answer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, delete

from wandr.base import utc_now
from wandr.changes.change import Change
from wandr.changes.models import TripMutation
from wandr.changes.outcome import Outcome
from wandr.errors import Invalid
from wandr.extensions import db
from wandr.trips.models import Member

OUTCOMES_KEPT_FOR = timedelta(days=90)  # a phone may be offline for a while


def is_same_mutation(mutation_id: BindParameter[UUID]) -> ColumnElement[bool]:
    """The condition that joins to a membership what its user asked for under this id before."""
    return and_(
        TripMutation.trip_id == Member.trip_id,
        TripMutation.actor_id == Member.user_id,
        TripMutation.mutation_id == mutation_id,
    )


def recorded_outcome(change: Change, fingerprint: bytes) -> Outcome | None:
    """The first outcome of a mutation seen before. Invalid when it asked for something else."""
    earlier = change.earlier
    if earlier is None:
        return None
    if earlier.fingerprint != fingerprint:
        raise Invalid("This mutation_id was used for something else.", code="mutation_reused")
    return Outcome(change.trip.seq, stored=earlier.outcome)


def keep_outcome(change: Change, fingerprint: bytes, outcome: Outcome) -> None:
    """Have the outcome of a mutation, applied or refused, stored with its change."""
    if change.mutation_id is not None:
        change.answer = {"fingerprint": fingerprint, "outcome": outcome.as_json()}


def forget_old_mutations() -> int:
    """Delete outcomes that no client will ask for again; the number. Inside `atomic()`."""
    old = delete(TripMutation).where(TripMutation.at < utc_now() - OUTCOMES_KEPT_FOR)
    return db.session.execute(old).rowcount  # type: ignore[attr-defined]
