"""Proposals: stored when a request is done, read and refused here; see `acceptance`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from wandr.ai.assistant import Draft, Suggestion, Task
from wandr.ai.findings import findings_of_ops
from wandr.ai.grounding import faults_of, storable
from wandr.ai.models import Proposal, ProposalItem
from wandr.ai.tools import Tools
from wandr.changes.ops import read_ops
from wandr.changes.service import begin_change
from wandr.errors import Conflict, Invalid, NotFound
from wandr.extensions import db
from wandr.http.pages import Keyset
from wandr.permissions import Permission
from wandr.trips.access import trip_for

WITH_ITEMS: Final = selectinload(Proposal.items)

NEWEST_FIRST = Keyset("proposals", (Proposal.created_at, Proposal.id), descending=True)


def store_proposal(
    proposal_id: UUID, trip_id: UUID, task: Task, *, draft: Draft, tools: Tools
) -> Proposal:
    """Keep what an assistant suggests. What cannot be trusted is `ungrounded`, and says why; the
    rest says what would be wrong with the trip once all of it is accepted."""
    proposal = Proposal(
        id=proposal_id,
        trip_id=trip_id,
        request_id=task.request_id,
        base_seq=draft.base_seq,
        created_by=task.user_id,
    )
    db.session.add(proposal)
    db.session.flush()
    ids = {one.key: uuid5(proposal_id, one.key) for one in draft.suggestions}
    ops = {one.key: _named_ops(task.request_id, one) for one in draft.suggestions}
    faults = {key: faults_of(trip_id, named, tools.places) for key, named in ops.items()}
    sound = {key: read_ops(named) for key, named in ops.items() if not faults[key]}
    found = faults | findings_of_ops(tools.snapshot, sound, tools.places, draft.terms)
    for place, suggestion in enumerate(draft.suggestions):
        item = _item(proposal, suggestion, ops[suggestion.key], ids=ids)
        told = {finding["code"] for finding in item.findings}
        item.findings += [one for one in found[suggestion.key] if one["code"] not in told]
        item.place, item.status = place, "ungrounded" if faults[suggestion.key] else "pending"
        db.session.add(item)
    db.session.flush()
    settle(proposal, _items_of(proposal))
    return proposal


def proposals_of(trip_id: UUID) -> Select[Any]:
    """The proposals in a trip, with their items. Checks nobody's access."""
    return select(Proposal).options(WITH_ITEMS).where(Proposal.trip_id == trip_id)


def trip_of(user_id: UUID, proposal_id: UUID) -> UUID:
    """The trip that a proposal is for. NotFound for outsiders."""
    trip_id = db.session.scalar(select(Proposal.trip_id).where(Proposal.id == proposal_id))
    if trip_id is None:
        raise NotFound()
    trip_for(user_id, trip_id)
    return trip_id


def find_proposal(user_id: UUID, proposal_id: UUID) -> Proposal:
    """A proposal with its items. NotFound for outsiders."""
    trip_id = trip_of(user_id, proposal_id)
    statement = proposals_of(trip_id).where(Proposal.id == proposal_id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def lock_proposal(user_id: UUID, proposal_id: UUID) -> Proposal:
    """The proposal, its trip locked first, for a member who may decide on it."""
    trip_id = trip_of(user_id, proposal_id)
    begin_change(trip_id, user_id, source="ai").require(Permission.EDIT_ITINERARY)
    return find_proposal(user_id, proposal_id)


def refuse_items(
    user_id: UUID, proposal_id: UUID, item_ids: Collection[UUID] | None = None
) -> Proposal:
    """Put aside what is pending, or some of it. Conflict when none of the chosen is.

    Raises NotFound, Forbidden, and Invalid for an item of another proposal.
    """
    proposal = lock_proposal(user_id, proposal_id)
    items = chosen_items(proposal, item_ids)
    pending = [item for item in items if item.status == "pending"]
    if not pending and not any(item.status == "refused" for item in items):
        raise Conflict("None of these items is open any more.", code="not_open")
    for item in pending:
        item.status = "refused"
    settle(proposal, proposal.items)
    return proposal


def chosen_items(proposal: Proposal, item_ids: Collection[UUID] | None) -> list[ProposalItem]:
    """The items of these ids, in the proposal's order; all for None. Invalid for a foreign id."""
    if item_ids is None:
        return list(proposal.items)
    unknown = set(item_ids) - {item.id for item in proposal.items}
    if unknown:
        told = {"json": {"item_ids": ["Must be items of this proposal."]}}
        raise Invalid("Some items are not in this proposal.", errors=told)
    return [item for item in proposal.items if item.id in set(item_ids)]


def settle(proposal: Proposal, items: Sequence[ProposalItem]) -> None:
    """Let the proposal's status follow from those of its items."""
    left = [item.status for item in items if item.status != "ungrounded"]
    if "accepted" in left:
        proposal.status = "accepted" if set(left) == {"accepted"} else "partly"
    elif "pending" in left:
        proposal.status = "open"
    else:
        proposal.status = "refused" if "refused" in left else "stale"
    db.session.flush()


def _items_of(proposal: Proposal) -> list[ProposalItem]:
    rows = select(ProposalItem).where(ProposalItem.proposal_id == proposal.id)
    return list(db.session.scalars(rows.order_by(ProposalItem.place)))


def _item(
    proposal: Proposal, suggestion: Suggestion, ops: list[dict[str, Any]], *, ids: dict[str, UUID]
) -> ProposalItem:
    return ProposalItem(
        id=ids[suggestion.key],
        proposal_id=proposal.id,
        key=suggestion.key,
        ops=ops,
        reason=storable(suggestion.reason),
        evidence=storable(list(suggestion.evidence)),
        findings=storable(list(suggestion.findings)),
        depends_on=[ids[key] for key in suggestion.depends_on if key in ids],
        cost_delta_minor=suggestion.cost_delta_minor,
    )


def _named_ops(request_id: UUID, suggestion: Suggestion) -> list[dict[str, Any]]:
    return [
        _named(op, request_id, f"{suggestion.key}#{number}")
        for number, op in enumerate(suggestion.ops)
    ]


def _named(op: Any, request_id: UUID, name: str) -> dict[str, Any]:
    """The op, safe to store; a create with an id that follows from the request, for only once."""
    op = storable(op) if isinstance(op, dict) else {"unreadable": storable(str(op))}
    return {**op, "id": str(uuid5(request_id, name))} if op.get("op") == "create" else op
