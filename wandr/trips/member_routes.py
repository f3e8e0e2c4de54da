"""Members and invites over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify, url_for
from sqlalchemy import Text, cast, select

from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.changes.rendering import json_of
from wandr.errors import BadRequest, Conflict, Invalid, NotFound, Stale
from wandr.http.etags import expected_version, versioned
from wandr.http.pages import PageQuery, page_of, page_response, page_text
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission
from wandr.trips import invites, members
from wandr.trips.access import trip_for
from wandr.trips.content import MEMBER
from wandr.trips.invites import NEWEST_FIRST, Invitee
from wandr.trips.members import BY_JOINING
from wandr.trips.models import Member
from wandr.trips.schemas import (
    CreatedInviteView,
    InviteCreate,
    InvitePreview,
    InviteView,
    JoinedView,
    MemberUpdate,
    MemberView,
)

blueprint = Blueprint("members", __name__, description="Who is in a trip, and who may come in.")


@blueprint.route("/trips/<uuid:trip_id>/members")
@door(Permission.VIEW)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(MemberView))
@problems(Invalid)
def list_members(args: dict[str, Any], trip_id: UUID) -> Response:
    """List the members of a trip."""
    trip_for(me().user_id, trip_id)
    rows = select(cast(json_of(MEMBER), Text)).where(Member.trip_id == trip_id)
    return page_text(*BY_JOINING.page(rows, args["page"]))


@blueprint.route("/trips/<uuid:trip_id>/members/<uuid:user_id>", methods=["PATCH"])
@door(Permission.MANAGE_MEMBERS)
@blueprint.arguments(MemberUpdate)
@blueprint.response(200, MemberView)
@problems(BadRequest, Conflict, Stale, Invalid)
def update_member(body: dict[str, Any], trip_id: UUID, user_id: UUID) -> Response:
    """Give a member another role or other rights, of those you have yourself."""
    member = members.change_member(
        trip_id, me().user_id, user_id, body, expect_version=expected_version()
    )
    return versioned(MEMBER.see(member), member.version)


@blueprint.route("/trips/<uuid:trip_id>/members/<uuid:user_id>", methods=["DELETE"])
@door(Permission.MANAGE_MEMBERS)  # or to leave
@blueprint.response(204)
@problems(Conflict)
def remove_member(trip_id: UUID, user_id: UUID) -> tuple[str, int]:
    """Remove a member, or leave; the last organizer cannot."""
    members.remove_member(trip_id, me().user_id, user_id)
    return "", 204


@blueprint.route("/trips/<uuid:trip_id>/invites")
@door(Permission.INVITE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(InviteView))
@problems(Invalid)
def list_trip_invites(args: dict[str, Any], trip_id: UUID) -> Response:
    """List the pending invites of a trip."""
    pending = invites.pending_invites(trip_id, me().user_id)
    rows, cursor = NEWEST_FIRST.page(pending, args["page"])
    return page_response(InviteView(many=True).dump(rows), cursor)


@blueprint.route("/trips/<uuid:trip_id>/invites", methods=["POST"])
@door(Permission.INVITE)
@blueprint.arguments(InviteCreate)
@blueprint.response(201, CreatedInviteView)
@problems(BadRequest, Invalid)
def create_invite(body: dict[str, Any], trip_id: UUID) -> tuple[Response, int]:
    """Invite somebody by e-mail, or make a link. The token is told this once."""
    invite, token = invites.create_invite(trip_id, me().user_id, body)
    return jsonify({**InviteView().dump(invite), "token": token}), 201


@blueprint.route("/trips/<uuid:trip_id>/invites/<uuid:invite_id>", methods=["DELETE"])
@door(Permission.INVITE)
@blueprint.response(204)
def delete_invite(trip_id: UUID, invite_id: UUID) -> tuple[str, int]:
    """Take an invite back."""
    invites.end_invite(trip_id, me().user_id, invite_id)
    return "", 204


@blueprint.route("/invites")
@door(Access.USER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(InviteView))
@problems(Invalid)
def list_my_invites(args: dict[str, Any]) -> Response:
    """List the pending invites to your verified address."""
    rows, cursor = NEWEST_FIRST.page(invites.invites_for(Invitee.of(me())), args["page"])
    return page_response(InviteView(many=True).dump(rows), cursor)


@blueprint.route("/invites/<token>")
@door(Access.OPEN)
@blueprint.response(200, InvitePreview)
@problems(NotFound)
def preview_invite(token: str) -> dict[str, Any]:
    """What an invite leads to: the trip's title, who invites, the role."""
    return invites.preview_invite(token)


@blueprint.route("/invites/<token>/acceptance", methods=["POST"])
@door(Access.USER)
@blueprint.response(200, JoinedView)
@problems(Conflict, NotFound)
def accept_invite(token: str) -> Response:
    """Join a trip, by the token of an invite or by the id of one to your verified address."""
    principal = me()
    trip_id = invites.accept_invite(token, Invitee.of(me()))
    member = trip_for(principal.user_id, trip_id).member
    address = {"Location": url_for("trips.read_trip", trip_id=trip_id, _external=True)}
    body = {**MEMBER.see(member), "trip_id": str(trip_id)}
    return versioned(body, member.version, headers=address)


@blueprint.route("/invites/<token>/refusal", methods=["POST"])
@door(Access.USER)
@blueprint.response(204)
@problems(NotFound)
def refuse_invite(token: str) -> tuple[str, int]:
    """Say no to an invite; a link stays good for others."""
    invites.refuse_invite(token, Invitee.of(me()))
    return "", 204
