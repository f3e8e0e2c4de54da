"""`apply`: the only way that trip content changes, from every door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from wandr.changes.attempts import (
    Act,
    Refused,
    all_or_nothing,
    each_for_itself,
    without_a_way_back,
)
from wandr.changes.change import Change
from wandr.changes.entity import registry
from wandr.changes.log import store_change
from wandr.changes.models import TripMutation
from wandr.changes.mutations import is_same_mutation, keep_outcome, recorded_outcome
from wandr.changes.ops import Mode, Op, fingerprint
from wandr.changes.outcome import Outcome, Result
from wandr.changes.overwrites import Seen
from wandr.changes.performing import perform
from wandr.errors import Conflict, NotFound
from wandr.extensions import db
from wandr.permissions import Permission
from wandr.pokes import poker
from wandr.transaction import on_commit
from wandr.trips.models import Member, Trip

Run = Callable[[Change, Sequence[Act]], list[Result]]
# Made once: to build a statement takes as long as to send it.
_LOCKED_TRIP = (
    select(Trip)
    .where(Trip.id == bindparam("trip_id"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_MEMBERSHIP = (
    select(Member, TripMutation)
    .where(Member.trip_id == bindparam("trip_id"), Member.user_id == bindparam("user_id"))
    .outerjoin(TripMutation, is_same_mutation(bindparam("mutation_id", type_=Uuid())))
    .execution_options(populate_existing=True)
)


def apply(
    trip_id: UUID,
    actor: UUID,
    ops: Sequence[Op],
    *,
    source: str,
    mutation_id: UUID | None = None,
    client_id: UUID | None = None,
    base_seq: int | None = None,
    mode: Mode = Mode.LIVE,
    expect_version: int | None = None,
) -> Outcome:
    """Apply ops to a trip as one numbered change; inside `atomic()`, behind the trip's gate.

    Refusals of single ops are in the outcome; a `mutation_id` seen before gets its first outcome.
    Raises NotFound for an outsider, Invalid for a mutation id reused with other ops, and Conflict
    (`ahead`) for a `base_seq` that the trip has not reached.
    """
    begin = partial(
        begin_change, trip_id, actor, source=source, client_id=client_id, mutation_id=mutation_id
    )
    seen = Seen(base_seq, mode, client_id, expect_version)
    if not db.session().in_transaction():
        try:
            return _apply(begin(), ops, seen, without_a_way_back)
        except Refused:
            db.session.rollback()
    return _apply(begin(), ops, seen, all_or_nothing if mode is Mode.LIVE else each_for_itself)


def _apply(change: Change, ops: Sequence[Op], seen: Seen, run: Run) -> Outcome:
    change.require(Permission.VIEW)
    asked = fingerprint(ops, seen.mode)
    if earlier := recorded_outcome(change, asked):
        return earlier
    _refuse_trash(change.trip, ops)
    _refuse_ahead(change.trip, seen)
    results = run(change, [(op.id, partial(perform, change, op, seen)) for op in ops])
    outcome = Outcome(change.head, results)
    keep_outcome(change, asked, outcome)
    finish_change(change)
    return outcome


def begin_change(
    trip_id: UUID,
    actor: UUID,
    *,
    source: str,
    client_id: UUID | None = None,
    mutation_id: UUID | None = None,
) -> Change:
    """Lock the trip and read who acts, and what became of it before. NotFound without a trip.

    Two statements: a membership read together with the lock could be older than the lock.
    """
    asked = {"trip_id": trip_id, "user_id": actor, "mutation_id": mutation_id}
    trip = lock_trip(trip_id)
    member, earlier = db.session.execute(_MEMBERSHIP, asked).one_or_none() or (None, None)
    return Change(trip, actor, member, source, client_id, mutation_id, earlier)


def lock_trip(trip_id: UUID) -> Trip:
    """The trip, which nobody else changes until the transaction ends. NotFound without one."""
    trip = db.session.scalar(_LOCKED_TRIP, {"trip_id": trip_id})
    if trip is None:
        raise NotFound()
    return trip


def finish_change(change: Change) -> int:
    """Number and store the change and, once committed, wake those who follow it; the head."""
    head = store_change(change)
    if change.ops:
        on_commit(poker.poke, change.trip.id)  # never before, never under the lock
    return head


def _refuse_trash(trip: Trip, ops: Sequence[Op]) -> None:
    """A trip in the trash takes one op: its restoration."""
    restores = len(ops) == 1 and ops[0].kind == "restore" and ops[0].entity is registry.find("trip")
    if trip.deleted_seq is not None and not restores:
        raise NotFound()


def _refuse_ahead(trip: Trip, seen: Seen) -> None:
    """Whoever has seen more than there is read another log: a database lost its last commits."""
    if seen.base_seq is not None and seen.base_seq > trip.seq:
        raise Conflict(
            f"The trip is at {trip.seq}: read its snapshot again.",
            code="ahead",
            extra={"head": trip.seq},
        )
