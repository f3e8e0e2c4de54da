"""Proposals over REST: read, accept, refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Response

from wandr.ai import acceptance, proposals
from wandr.ai.models import Proposal
from wandr.ai.schemas import DecisionSchema, ProposalView
from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.errors import Conflict, Invalid
from wandr.gate import gate
from wandr.http.pages import PageQuery, page_of, page_response
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission
from wandr.transaction import atomic, reading
from wandr.trips.access import trip_for

blueprint = Blueprint("proposals", __name__, description="What the assistant suggests.")
view = ProposalView()


@blueprint.route("/trips/<uuid:trip_id>/proposals")
@door(Permission.VIEW)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(ProposalView))
@problems(Invalid)
def list_proposals(args: dict[str, Any], trip_id: UUID) -> Response:
    """List the proposals in a trip, newest first."""
    trip_for(me().user_id, trip_id)
    found, cursor = proposals.NEWEST_FIRST.page(proposals.proposals_of(trip_id), args["page"])
    return page_response([view.dump(one) for one in found], cursor)


@blueprint.route("/proposals/<uuid:proposal_id>")
@door(Permission.VIEW)
@blueprint.response(200, ProposalView)
def read_proposal(proposal_id: UUID) -> Proposal:
    """One proposal with its items."""
    return proposals.find_proposal(me().user_id, proposal_id)


@blueprint.route("/proposals/<uuid:proposal_id>/acceptance", methods=["POST"])
@door(Permission.EDIT_ITINERARY, opens_transaction=False)  # behind the gate of its trip
@blueprint.arguments(DecisionSchema)
@blueprint.response(200, ProposalView)
@problems(Conflict, Invalid)
def accept_proposal(choice: dict[str, Any], proposal_id: UUID) -> Proposal:
    """Apply a proposal, or some items and what they depend on, as one change; only once."""
    principal = me()
    with _deciding(proposal_id):
        return acceptance.accept_items(
            principal.user_id, proposal_id, choice["item_ids"], client_id=principal.session_id
        )


@blueprint.route("/proposals/<uuid:proposal_id>/refusal", methods=["POST"])
@door(Permission.EDIT_ITINERARY, opens_transaction=False)  # behind the gate of its trip
@blueprint.arguments(DecisionSchema)
@blueprint.response(200, ProposalView)
@problems(Conflict, Invalid)
def refuse_proposal(choice: dict[str, Any], proposal_id: UUID) -> Proposal:
    """Put a proposal aside, or some of its items."""
    with _deciding(proposal_id):
        return proposals.refuse_items(me().user_id, proposal_id, choice["item_ids"])


@contextmanager
def _deciding(proposal_id: UUID) -> Iterator[None]:
    """One transaction, behind the gate of the proposal's trip."""
    with reading():
        trip_id = proposals.trip_of(me().user_id, proposal_id)
    with gate.hold(trip_id), atomic():
        yield
