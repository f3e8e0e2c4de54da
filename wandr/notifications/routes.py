"""Notifications over REST, and the address behind the link of every mail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.errors import Invalid, NotFound
from wandr.http.pages import page_of, page_response
from wandr.http.schema import Blueprint, problems
from wandr.notifications import service
from wandr.notifications.kinds import KINDS
from wandr.notifications.letters import EVERY_KIND, read_token
from wandr.notifications.models import Notification
from wandr.notifications.schemas import (
    NotificationPreferencesView,
    NotificationQuery,
    NotificationView,
    PreferencesUpdate,
    ReadSchema,
    ReadView,
)

blueprint = Blueprint(
    "notifications", __name__, url_prefix="/notifications", description="What you were told."
)
POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'"
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Wandr</title>
<h1>Wandr</h1>
{}
</html>
"""
QUESTION = '<form method="post"><button>No more mails: {}</button></form>'
DIGESTS = "Digests of what happened in your trips."


@blueprint.route("")
@door(Access.USER)
@blueprint.arguments(NotificationQuery, location="query")
@blueprint.response(200, page_of(NotificationView))
@problems(Invalid)
def list_notifications(args: dict[str, Any]) -> Response:
    """List what you were told, the newest first."""
    chosen = service.notifications_of(me().user_id, unread=args.get("unread"))
    found, cursor = service.NEWEST_FIRST.page(chosen, args["page"])
    return page_response(NotificationView(many=True).dump(found), cursor)


@blueprint.route("/<uuid:notification_id>/read", methods=["POST"])
@door(Access.USER)
@blueprint.response(200, NotificationView)
@problems(NotFound)
def read_notification(notification_id: UUID) -> Notification:
    """Note that you have read something."""
    return service.mark_read(me().user_id, notification_id)


@blueprint.route("/read", methods=["POST"])
@door(Access.USER)
@blueprint.arguments(ReadSchema)
@blueprint.response(200, ReadView)
@problems(Invalid, NotFound)
def read_all_notifications(body: dict[str, Any]) -> dict[str, int]:
    """Note that you have read everything, or everything up to one of them."""
    return {"count": service.mark_all_read(me().user_id, body.get("until"))}


@blueprint.route("/preferences")
@door(Access.USER)
@blueprint.response(200, NotificationPreferencesView)
def read_notification_preferences() -> dict[str, Any]:
    """How you are told, by kind."""
    return service.preferences_of(me().user_id)


@blueprint.route("/preferences", methods=["PATCH"])
@door(Access.USER)
@blueprint.arguments(PreferencesUpdate)
@blueprint.response(200, NotificationPreferencesView)
@problems(Invalid)
def update_notification_preferences(body: dict[str, Any]) -> dict[str, Any]:
    """Change how you are told; kinds that are left out stay as they are."""
    return service.prefer(me().user_id, body)


@blueprint.route("/unsubscribe/<string:token>")
@door(Access.OPEN)
@blueprint.response(200, {"type": "string"}, content_type="text/html")
@problems(NotFound)
def ask_to_unsubscribe(token: str) -> Response:
    """The page behind the link of a mail: it asks, for programs open links as well."""
    _, about = read_token(token)
    sentence = DIGESTS if about == EVERY_KIND else KINDS[about].sentence
    return _page(QUESTION.format(sentence))


@blueprint.route("/unsubscribe/<string:token>", methods=["POST"])
@door(Access.OPEN)
@blueprint.response(200, {"type": "string"}, content_type="text/html")
@problems(NotFound)
def unsubscribe(token: str) -> Response:
    """End mails of a kind, or digests, without logging in (RFC 8058)."""
    user_id, about = read_token(token)
    service.end_mails(user_id, about)
    return _page("<p>No more of these mails will come.</p>")


def _page(text: str) -> Response:
    headers = {"Content-Security-Policy": POLICY}
    return Response(PAGE.format(text), mimetype="text/html", headers=headers)
