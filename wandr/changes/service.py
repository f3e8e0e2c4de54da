"""`apply`: the only way that trip content changes, from every door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from wandr.base import utc_now
from wandr.changes.change import Change
from wandr.changes.entity import registry
from wandr.changes.models import TripMutation
from wandr.changes.ops import Mode, Op, fingerprint
from wandr.changes.outcome import Outcome, Result
from wandr.changes.overwrites import Seen
from wandr.changes.performing import perform
from wandr.errors import Invalid, NotFound, WandrError
from wandr.extensions import db
from wandr.permissions import Permission
from wandr.pokes import poker
from wandr.transaction import on_commit
from wandr.trips.models import Member, Trip

OUTCOMES_KEPT_FOR = timedelta(days=90)  # a phone may be offline for a while


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
    Raises NotFound for an outsider, Invalid for a mutation id reused with other ops.
    """
    change = begin_change(trip_id, actor, source=source, client_id=client_id)
    change.mutation_id = mutation_id
    change.require(Permission.VIEW)
    if earlier := _recorded_outcome(change, ops, mode):
        return earlier
    _refuse_trash(change.trip, ops)
    seen = Seen(base_seq, mode, client_id, expect_version)
    run = _all_or_nothing if mode is Mode.LIVE else _each_for_itself
    results = run(change, ops, seen)
    outcome = Outcome(finish_change(change), results)
    _store_outcome(change, ops, mode, outcome)
    return outcome


def begin_change(
    trip_id: UUID, actor: UUID, *, source: str, client_id: UUID | None = None
) -> Change:
    """Lock the trip and read who acts. NotFound when there is no such trip.

    Two statements: a membership read together with the lock could be older than the lock.
    """
    locked = select(Trip).where(Trip.id == trip_id).with_for_update(key_share=True)
    trip = db.session.scalar(locked.execution_options(populate_existing=True))
    if trip is None:
        raise NotFound()
    membership = select(Member).where(Member.trip_id == trip_id, Member.user_id == actor)
    member = db.session.scalar(membership.execution_options(populate_existing=True))
    return Change(trip, actor, member, source, client_id)


def finish_change(change: Change) -> int:
    """Number and store the change and, once committed, wake those who follow it; the head."""
    head = change.record()
    if change.ops:
        on_commit(poker.poke, change.trip.id)  # never before, never under the lock
    return head


def forget_old_mutations() -> int:
    """Delete outcomes that no client will ask for again; the number. Inside `atomic()`."""
    old = delete(TripMutation).where(TripMutation.at < utc_now() - OUTCOMES_KEPT_FOR)
    return db.session.execute(old).rowcount  # type: ignore[attr-defined]


def _all_or_nothing(change: Change, ops: Sequence[Op], seen: Seen) -> list[Result]:
    savepoint = db.session.begin_nested()
    results: list[Result] = []
    for op in ops:
        results.append(_attempt(change, op, seen))
        if results[-1].refused:
            savepoint.rollback()
            change.ops, change.inverse = [], []
            refused = len(results) - 1
            return [results[i] if i == refused else _skipped(op) for i, op in enumerate(ops)]
    savepoint.commit()
    return results


def _each_for_itself(change: Change, ops: Sequence[Op], seen: Seen) -> list[Result]:
    results: list[Result] = []
    for op in ops:
        kept = change.ops[:], change.inverse[:]
        savepoint = db.session.begin_nested()
        results.append(_attempt(change, op, seen))
        if results[-1].refused:
            savepoint.rollback()
            change.ops, change.inverse = kept
        else:
            savepoint.commit()
    return results


def _attempt(change: Change, op: Op, seen: Seen) -> Result:
    try:
        return perform(change, op, seen)
    except WandrError as problem:
        current = problem.extra.get("current")
        return Result(op.id, "rejected", problem=problem, current=current)


def _skipped(op: Op) -> Result:
    return Result(op.id, "skipped")


def _refuse_trash(trip: Trip, ops: Sequence[Op]) -> None:
    """A trip in the trash takes one op: its restoration."""
    restores = len(ops) == 1 and ops[0].kind == "restore" and ops[0].entity is registry.find("trip")
    if trip.deleted_seq is not None and not restores:
        raise NotFound()


def _recorded_outcome(change: Change, ops: Sequence[Op], mode: Mode) -> Outcome | None:
    if change.mutation_id is None:
        return None
    key = (change.trip.id, change.actor, change.mutation_id)
    earlier = db.session.get(TripMutation, key)
    if earlier is None:
        return None
    if earlier.fingerprint != fingerprint(ops, mode):
        raise Invalid("This mutation_id was used with other ops.", code="mutation_reused")
    return Outcome(change.trip.seq, stored=earlier.outcome)


def _store_outcome(change: Change, ops: Sequence[Op], mode: Mode, outcome: Outcome) -> None:
    if change.mutation_id is not None:
        row = TripMutation(
            trip_id=change.trip.id,
            actor_id=change.actor,
            mutation_id=change.mutation_id,
            fingerprint=fingerprint(ops, mode),
            outcome=outcome.as_json(),
            at=change.at,
        )
        db.session.add(row)
