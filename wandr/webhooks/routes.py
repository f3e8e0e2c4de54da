"""Webhooks over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.deliveries.models import Delivery
from wandr.errors import Conflict, Invalid, Stale
from wandr.extensions import db
from wandr.http.etags import expected_version, made_here, version_of, versioned
from wandr.http.pages import PageQuery, page_of, page_response
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission
from wandr.webhooks import service
from wandr.webhooks.models import Webhook
from wandr.webhooks.schemas import (
    CreatedWebhookView,
    DeliveryView,
    WebhookCreate,
    WebhookUpdate,
    WebhookView,
)

blueprint = Blueprint("webhooks", __name__, url_prefix="/trips/<uuid:trip_id>/webhooks")
ONE = "/<uuid:webhook_id>"
DELIVERIES = f"{ONE}/deliveries"


@blueprint.route("")
@door(Permission.EDIT_TRIP)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(WebhookView))
@problems(Invalid)
def list_webhooks(args: dict[str, Any], trip_id: UUID) -> Response:
    """List the webhooks of a trip."""
    found, cursor = service.BY_AGE.page(service.webhooks_of(me().user_id, trip_id), args["page"])
    return page_response(WebhookView(many=True).dump(found), cursor)


@blueprint.route("", methods=["POST"])
@door(Permission.EDIT_TRIP)
@blueprint.arguments(WebhookCreate)
@blueprint.response(201, CreatedWebhookView)
@problems(Conflict, Invalid)
def create_webhook(body: dict[str, Any], trip_id: UUID) -> Response:
    """Have what changes in a trip sent somewhere; the secret that signs it is told this once."""
    made = service.create_webhook(me().user_id, trip_id, body["url"])
    told = CreatedWebhookView().dump(made)
    return versioned(told, version_of(made), status=201, headers=made_here(made.id))


@blueprint.route(ONE)
@door(Permission.EDIT_TRIP)
@blueprint.response(200, WebhookView)
def read_webhook(trip_id: UUID, webhook_id: UUID) -> Response:
    """One webhook."""
    return _answer(service.find_webhook(me().user_id, trip_id, webhook_id))


@blueprint.route(ONE, methods=["PATCH"])
@door(Permission.EDIT_TRIP)
@blueprint.arguments(WebhookUpdate)
@blueprint.response(200, WebhookView)
@problems(Invalid, Stale)
def update_webhook(body: dict[str, Any], trip_id: UUID, webhook_id: UUID) -> Response:
    """Send it elsewhere, pause it, or let it go on with all that has changed meanwhile."""
    webhook = _to_change(trip_id, webhook_id)
    service.update_webhook(webhook, body)
    return _answer(webhook)


@blueprint.route(ONE, methods=["DELETE"])
@door(Permission.EDIT_TRIP)
@blueprint.response(204)
@problems(Stale)
def delete_webhook(trip_id: UUID, webhook_id: UUID) -> None:
    """Send nothing more, not even what waits."""
    db.session.delete(_to_change(trip_id, webhook_id))


@blueprint.route(f"{ONE}/ping", methods=["POST"])
@door(Permission.EDIT_TRIP)
@blueprint.response(202, DeliveryView)
@problems(Conflict)
def ping_webhook(trip_id: UUID, webhook_id: UUID) -> Delivery:
    """Send a `ping`, to see whether it arrives."""
    return service.ping(service.find_webhook(me().user_id, trip_id, webhook_id))


@blueprint.route(DELIVERIES)
@door(Permission.EDIT_TRIP)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(DeliveryView))
@problems(Invalid)
def list_webhook_deliveries(args: dict[str, Any], trip_id: UUID, webhook_id: UUID) -> Response:
    """List what was sent, or waits to be, the newest first; kept for 30 days."""
    webhook = service.find_webhook(me().user_id, trip_id, webhook_id)
    found, cursor = service.NEWEST_FIRST.page(service.deliveries_of(webhook), args["page"])
    return page_response(DeliveryView(many=True).dump(found), cursor)


@blueprint.route(f"{DELIVERIES}/<uuid:delivery_id>/replay", methods=["POST"])
@door(Permission.EDIT_TRIP)
@blueprint.response(202, DeliveryView)
@problems(Conflict)
def replay_webhook_delivery(trip_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    """Send something again, under the same id."""
    return service.replay(service.find_webhook(me().user_id, trip_id, webhook_id), delivery_id)


def _to_change(trip_id: UUID, webhook_id: UUID) -> Webhook:
    version = expected_version()
    return service.find_to_change(me().user_id, trip_id, webhook_id, expected=version)


def _answer(webhook: Webhook) -> Response:
    return versioned(WebhookView().dump(webhook), version_of(webhook))
