"""The change log over REST: the whole, what was missed, and batches of ops."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.changes import feed
from wandr.changes.history import read_history
from wandr.changes.ops import Mode, read_ops
from wandr.changes.schemas import (
    ChangesQuery,
    ChangesView,
    HistoryGroupView,
    HistoryQuery,
    MutationSchema,
    OutcomeView,
    SnapshotView,
    UndoSchema,
    UndoView,
)
from wandr.changes.service import apply
from wandr.changes.undo import undo_change
from wandr.errors import BadRequest, Conflict, Invalid
from wandr.http.etags import versioned
from wandr.http.pages import page_of, page_response
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission

blueprint = Blueprint(
    "changes", __name__, url_prefix="/trips/<uuid:trip_id>", description="The log of a trip."
)


@blueprint.route("/snapshot")
@door(Permission.VIEW)
@blueprint.response(200, SnapshotView)
def read_snapshot(trip_id: UUID) -> Response:
    """The whole trip at one instant, with the seq to follow it from."""
    return versioned(*feed.snapshot(trip_id, me().user_id))


@blueprint.route("/changes")
@door(Permission.VIEW)
@blueprint.arguments(ChangesQuery, location="query")
@blueprint.response(200, ChangesView)
@problems(Invalid)
def list_changes(args: dict[str, Any], trip_id: UUID) -> Response:
    """The changes after a seq, in order."""
    found = feed.changes_since(trip_id, me().user_id, args["since"], args["limit"])
    return versioned(found, found["head"])


@blueprint.route("/changes", methods=["POST"])
@door(Permission.VIEW)  # each op asks for its own permission
@blueprint.arguments(MutationSchema)
@blueprint.response(200, OutcomeView)
@problems(BadRequest, Conflict, Invalid)
def apply_ops(body: dict[str, Any], trip_id: UUID) -> dict[str, Any]:
    """Apply a batch of ops, once per `mutation_id`; live all or none, offline one by one."""
    principal = me()
    outcome = apply(
        trip_id,
        principal.user_id,
        read_ops(body["ops"]),
        source="rest",
        mutation_id=body["mutation_id"],
        client_id=principal.session_id,
        base_seq=body["base_seq"],
        mode=Mode(body["mode"]),
    )
    return outcome.as_json()


@blueprint.route("/changes/<int(max=9007199254740991):seq>/undo", methods=["POST"])
@door(Permission.VIEW)  # each op asks for its own permission
@blueprint.arguments(UndoSchema)
@blueprint.response(200, UndoView)
@problems(BadRequest, Invalid)
def undo_change_of_trip(body: dict[str, Any], trip_id: UUID, seq: int) -> dict[str, Any]:
    """Take a change back, as far as nobody has written there since; undo the undo to redo."""
    principal = me()
    outcome = undo_change(
        trip_id,
        principal.user_id,
        seq,
        mutation_id=body["mutation_id"],
        client_id=principal.session_id,
    )
    return outcome.as_json()


@blueprint.route("/history")
@door(Permission.VIEW)
@blueprint.arguments(HistoryQuery, location="query")
@blueprint.response(200, page_of(HistoryGroupView))
@problems(Invalid)
def list_history(args: dict[str, Any], trip_id: UUID) -> Response:
    """Who did what, newest first, in groups of what belongs together."""
    before = args.get("cursor")
    items, following = read_history(
        trip_id,
        me().user_id,
        entity_id=args.get("entity_id"),
        before=None if before is None else int(before),
        limit=args["limit"],
    )
    return page_response(items, None if following is None else str(following))
