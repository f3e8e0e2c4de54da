"""The change log over REST: the whole, what was missed, and batches of ops."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.changes import feed
from wandr.changes.ops import Mode, read_ops
from wandr.changes.schemas import (
    ChangesQuery,
    ChangesView,
    MutationSchema,
    OutcomeView,
    SnapshotView,
)
from wandr.changes.service import apply
from wandr.errors import BadRequest, Invalid
from wandr.http.etags import versioned
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
@problems(BadRequest, Invalid)
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
