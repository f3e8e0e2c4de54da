"""Accepting a proposal, whole or in parts, as one change by the person who accepts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from wandr.ai.findings import as_json
from wandr.ai.grounding import activity_of, is_fixed
from wandr.ai.models import Proposal, ProposalItem
from wandr.ai.placing import placed
from wandr.ai.planner.model import Finding
from wandr.ai.proposals import chosen_items, lock_proposal, settle
from wandr.changes.ops import Op, read_ops
from wandr.changes.outcome import Outcome
from wandr.changes.service import apply
from wandr.errors import Conflict, Forbidden, WandrError
from wandr.extensions import db
from wandr.itinerary.models import Activity
from wandr.trips.models import Trip

OVER: Final = frozenset({"refused", "stale", "ungrounded"})
DATES: Final = "end_date+start_date"  # the register of a trip's dates


def accept_items(
    user_id: UUID,
    proposal_id: UUID,
    item_ids: Collection[UUID] | None = None,
    *,
    client_id: UUID | None = None,
) -> Proposal:
    """Apply the chosen items (all for None), and those they depend on, as one change.

    What is accepted already is not applied again. What can no longer be applied becomes `stale`
    and the rest is applied without it. Conflict when none of the chosen can be; NotFound,
    Forbidden, and Invalid for an item of another proposal. Behind the trip's gate.
    """
    proposal = lock_proposal(user_id, proposal_id)
    chosen = _with_dependencies(proposal, chosen_items(proposal, item_ids))
    if chosen and all(item.status in OVER for item in chosen):
        raise Conflict("None of these items can be applied any more.", code="not_open")
    pending = [item for item in chosen if item.status == "pending"]
    _mark_stale(proposal, pending)
    head = _apply(proposal, user_id, pending, client_id=client_id)
    for item in pending:
        if item.status == "pending":
            item.status, item.applied_seq = "accepted", head
    settle(proposal, proposal.items)
    return proposal


def _with_dependencies(proposal: Proposal, items: Iterable[ProposalItem]) -> list[ProposalItem]:
    by_id = {item.id: item for item in proposal.items}
    wanted, waiting = set[UUID](), [item.id for item in items]
    while waiting:
        item_id = waiting.pop()
        if item_id not in wanted:
            wanted.add(item_id)
            waiting += by_id[item_id].depends_on
    return [item for item in proposal.items if item.id in wanted]


def _mark_stale(proposal: Proposal, items: Sequence[ProposalItem]) -> None:
    """Give up the items whose ground has gone, and those that stand on them."""
    trip = db.session.get_one(Trip, proposal.trip_id)
    for item in items:
        if why := next(_changed_since(trip, proposal, item), None):
            _give_up(item, "changed_since", why)
    _give_up_dependents(proposal, items)


def _give_up_dependents(proposal: Proposal, items: Sequence[ProposalItem]) -> None:
    gone = {item.id for item in proposal.items if item.status in OVER}
    for _ in items:  # as many rounds as the longest chain can need
        for item in items:
            if item.status == "pending" and gone & set(item.depends_on):
                _give_up(item, "dependency_gone", "Something that this depends on is not applied.")
                gone.add(item.id)


def _changed_since(trip: Trip, proposal: Proposal, item: ProposalItem) -> Iterator[str]:
    for op in read_ops(item.ops):
        if op.kind == "create":
            yield from _cannot_create(trip, proposal, op)
            continue
        activity = activity_of(trip.id, op)
        if activity is None:
            yield "The activity is not there any more."
        elif is_fixed(activity):
            yield "The activity is locked, booked or done."
        elif activity.version > proposal.base_seq:
            yield "The activity was changed after this was proposed."


def _cannot_create(trip: Trip, proposal: Proposal, op: Op) -> Iterator[str]:
    if db.session.get(Activity, op.id) is not None:
        yield "It was created already."
    day = op.fields.get("day")
    if day is None or trip.register_seqs.get(DATES, 0) <= proposal.base_seq:
        return
    if trip.start_date is None or not trip.start_date <= day <= (trip.end_date or day):
        yield "The trip's dates have changed, and this is outside."


def _apply(
    proposal: Proposal, user_id: UUID, items: Sequence[ProposalItem], *, client_id: UUID | None
) -> int | None:
    """Apply what is pending; the change's seq. Each round gives up what the write path refuses."""
    while left := [item for item in items if item.status == "pending"]:
        owners = [(op, item) for item in left for op in read_ops(item.ops)]
        ops = list(placed(proposal.trip_id, [op for op, _ in owners]))
        outcome = apply(
            proposal.trip_id,
            user_id,
            ops,
            source="ai",
            client_id=client_id,
            base_seq=proposal.base_seq,
        )
        refused = next((n for n, result in enumerate(outcome.results) if result.refused), None)
        if refused is None:
            return outcome.head
        _give_up(owners[refused][1], "refused", _reason(outcome, refused))
        _give_up_dependents(proposal, items)
    return None


def _reason(outcome: Outcome, index: int) -> str:
    """Why an op was refused. A missing right is nobody's proposal's fault: it is raised."""
    problem: WandrError | None = outcome.results[index].problem
    if isinstance(problem, Forbidden):
        raise problem
    return problem.detail if problem else "Somebody changed this meanwhile."


def _give_up(item: ProposalItem, code: str, why: str) -> None:
    item.status = "stale"
    item.findings = [*item.findings, as_json(Finding(code, "error", why))]
