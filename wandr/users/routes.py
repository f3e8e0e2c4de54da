"""Profiles: one's own, and what one may see of others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from wandr.auth import service as accounts
from wandr.auth.confirmation import confirmed_credentials
from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.base import utc_now
from wandr.errors import NotFound, Stale
from wandr.http.etags import expected_version, versioned
from wandr.http.schema import Blueprint, problems
from wandr.transaction import atomic
from wandr.users import service
from wandr.users.models import User
from wandr.users.schemas import ClosingSchema, ExportView, PersonView, ProfileUpdate, UserView

Json = dict[str, Any]

blueprint = Blueprint("users", __name__, description="Profiles")
USER = UserView()


@blueprint.route("/users/me", methods=["GET"])
@door(Access.USER)
@blueprint.response(200, UserView)
def read_my_profile() -> Response:
    """Read one's own profile."""
    return _profile(service.profile_of(me().user_id))


@blueprint.route("/users/me", methods=["PATCH"])
@door(Access.USER)
@blueprint.arguments(ProfileUpdate)
@blueprint.response(200, UserView)
@problems(Stale)
def update_my_profile(fields: Json) -> Response:
    """Change one's own profile."""
    expected = expected_version()
    return _profile(service.update_profile(me().user_id, fields, expected_version=expected))


@blueprint.route("/users/me", methods=["DELETE"])
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(ClosingSchema)
@blueprint.response(204)
def close_my_account(given: Json) -> None:
    """Close one's account: it becomes anonymous, and its sessions end."""
    verified = confirmed_credentials(given["password"], "password")
    with atomic():
        accounts.close_account(verified)


@blueprint.route("/users/me/export", methods=["GET"])
@door(Access.USER)
@blueprint.response(200, ExportView)
def export_my_data() -> Json:
    """Read everything that is held about oneself."""
    user = service.profile_of(me().user_id)
    return {"exported_at": utc_now(), "profile": user, "held": service.held_about(user.id)}


@blueprint.route("/users/<uuid:user_id>", methods=["GET"])
@door(Access.USER)
@blueprint.response(200, PersonView)
@problems(NotFound)
def read_person(user_id: UUID) -> User:
    """Read the public part of the profile of somebody one shares a trip with."""
    return service.public_profile(me().user_id, user_id)


def _profile(user: User) -> Response:
    return versioned(USER.dump(user), user.version)
