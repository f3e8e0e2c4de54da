"""`undo_change`: one change taken back as another, as far as nobody has written there since."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from uuid import UUID

from sqlalchemy import select

from wandr.changes.attempts import each_for_itself
from wandr.changes.audience import visible_ops
from wandr.changes.change import Change
from wandr.changes.derived import Inverse, take_back_derived
from wandr.changes.entity import registry
from wandr.changes.models import TripChange
from wandr.changes.mutations import keep_outcome, recorded_outcome
from wandr.changes.outcome import Outcome, Result
from wandr.changes.service import begin_change, finish_change
from wandr.changes.undoing import refuse_changed, take_back
from wandr.errors import Forbidden, NotFound, WandrError
from wandr.extensions import db
from wandr.permissions import Permission, allows


def undo_change(
    trip_id: UUID,
    actor: UUID,
    seq: int,
    *,
    mutation_id: UUID | None = None,
    client_id: UUID | None = None,
) -> Outcome:
    """Take change `seq` of a trip back, op by op; inside `atomic()`, behind the trip's gate.

    The outcome is `partial` when something was left: its results say what, and why. Somebody
    else's change takes EDIT_TRIP. Raises NotFound for an outsider and a change that is not there,
    Invalid for a mutation id used for something else.
    """
    change = begin_change(
        trip_id, actor, source="undo", client_id=client_id, mutation_id=mutation_id
    )
    change.undoes = seq
    change.require(Permission.VIEW)
    asked = hashlib.sha256(f"undo {seq}".encode()).digest()
    if earlier := recorded_outcome(change, asked):
        return earlier
    results = _take_all_back(change, _find(change, seq))
    outcome = Outcome(change.head, results, is_undo=True)
    keep_outcome(change, asked, outcome)
    finish_change(change)
    return outcome


def _find(change: Change, seq: int) -> TripChange:
    """A change that the actor can see. Of a trip in the trash, its deletion alone."""
    log = select(TripChange).where(TripChange.trip_id == change.trip.id, TripChange.seq == seq)
    undone = db.session.scalar(log)
    if undone is None or not visible_ops(undone.ops, str(change.actor)):
        raise NotFound("There is no such change in this trip.")
    if change.trip.deleted_seq not in (None, seq):
        raise NotFound()
    return undone


def _take_all_back(change: Change, undone: TripChange) -> list[Result]:
    """One result for each inverse; what was derived at once goes back at once, with its cause."""
    results: list[Result] = []
    refusal = _refusal_of_causes(change, undone)
    for (_, is_derived), run in groupby(undone.inverse, _kind_of):
        inverses = list(run)
        left: Sequence[Inverse] = inverses
        if is_derived and refusal:
            results += [Result(UUID(one["id"]), "rejected", problem=refusal) for one in inverses]
            continue
        if is_derived:
            left = take_back_derived(change, undone.seq, inverses)
            kept = {one["id"] for one in left}
            results += [_done(change, one) for one in inverses if one["id"] not in kept]
        acts = [(UUID(one["id"]), partial(_take_back, change, undone, one)) for one in left]
        results += each_for_itself(change, acts)
    return results


def _kind_of(inverse: Inverse) -> tuple[str, bool]:
    return inverse["entity"], "derived" in inverse


def _refusal_of_causes(change: Change, undone: TripChange) -> WandrError | None:
    """Why nothing that the change derived goes back: none of what it followed from does.

    Who may take the cause back needs no other right: none was asked for when it followed.
    """
    refusal: WandrError | None = None
    for cause in undone.inverse if any("derived" in one for one in undone.inverse) else ():
        if "derived" in cause or not any(registry.followers_of(cause["entity"])):
            continue
        try:
            _refuse_others(change, undone)
            refuse_changed(change, undone, cause)
            return None
        except WandrError as problem:
            refusal = problem
    return refusal


def _done(change: Change, inverse: Inverse) -> Result:
    status = "noop" if "buried" in inverse else "applied"
    return Result(UUID(inverse["id"]), status, change.seq if status == "applied" else None)


def _take_back(change: Change, undone: TripChange, inverse: Inverse) -> Result:
    _refuse_others(change, undone)
    return take_back(change, undone, inverse)


def _refuse_others(change: Change, undone: TripChange) -> None:
    member = change.require(Permission.VIEW)
    may_all = allows(member.role, member.permissions, Permission.EDIT_TRIP)
    if undone.actor_id != change.actor and not may_all:
        raise Forbidden("You can undo what you did yourself; organizers, what others did.")
