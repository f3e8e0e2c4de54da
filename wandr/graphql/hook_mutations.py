"""What can be done with webhooks and calendar feeds of a trip; each in a transaction."""

from __future__ import annotations

from typing import Any

import strawberry
from flask import url_for

from wandr.exports import feeds
from wandr.exports.schemas import FeedView
from wandr.extensions import db
from wandr.graphql import scalars
from wandr.graphql.context import Info
from wandr.graphql.hooks import Delivery, Webhook
from wandr.graphql.types import input_of, loaded, type_of
from wandr.transaction import atomic
from wandr.webhooks import service as webhooks
from wandr.webhooks.schemas import (
    CreatedWebhookView,
    DeliveryView,
    WebhookCreate,
    WebhookUpdate,
    WebhookView,
)

CreatedWebhook, CalendarFeed = type_of(CreatedWebhookView), type_of(FeedView)
WebhookUpdateInput = input_of(WebhookUpdate)


@strawberry.type
class HookMutation:
    @strawberry.mutation(description="Have what changes in a trip sent; tells the secret once.")
    def create_webhook(
        self: Any, info: Info, trip_id: scalars.UUID, url: str
    ) -> CreatedWebhook | None:
        given = loaded(WebhookCreate, {"url": url})
        with atomic():
            made = webhooks.create_webhook(info.context.viewer, trip_id, given["url"])
            return CreatedWebhookView().dump(made)

    @strawberry.mutation(description="Send it elsewhere, pause it, or let it go on.")
    def update_webhook(
        self: Any, info: Info, trip_id: scalars.UUID, id: scalars.UUID, input: WebhookUpdateInput
    ) -> Webhook | None:
        wanted = loaded(WebhookUpdate, input)
        with atomic():
            webhook = webhooks.find_to_change(info.context.viewer, trip_id, id)
            webhooks.update_webhook(webhook, wanted)
            return WebhookView().dump(webhook)

    @strawberry.mutation(description="Send nothing more, not even what waits.")
    def delete_webhook(
        self: Any, info: Info, trip_id: scalars.UUID, id: scalars.UUID
    ) -> scalars.UUID | None:
        with atomic():
            db.session.delete(webhooks.find_to_change(info.context.viewer, trip_id, id))
            return id

    @strawberry.mutation(description="Send a `ping`, to see whether it arrives.")
    def ping_webhook(
        self: Any, info: Info, trip_id: scalars.UUID, id: scalars.UUID
    ) -> Delivery | None:
        with atomic():
            webhook = webhooks.find_webhook(info.context.viewer, trip_id, id)
            return DeliveryView().dump(webhooks.ping(webhook))

    @strawberry.mutation(description="Send something again, under the same id.")
    def replay_webhook_delivery(
        self: Any, info: Info, trip_id: scalars.UUID, id: scalars.UUID, delivery_id: scalars.UUID
    ) -> Delivery | None:
        with atomic():
            webhook = webhooks.find_webhook(info.context.viewer, trip_id, id)
            return DeliveryView().dump(webhooks.replay(webhook, delivery_id))

    @strawberry.mutation(description="Open a calendar feed at a secret address, told this once.")
    def open_calendar_feed(self: Any, info: Info, trip_id: scalars.UUID) -> CalendarFeed | None:
        with atomic():
            token = feeds.open_feed(info.context.viewer, trip_id)
            return {"url": url_for("feeds.read_calendar_feed", token=token, _external=True)}

    @strawberry.mutation(description="End your feed of a trip.")
    def close_calendar_feed(self: Any, info: Info, trip_id: scalars.UUID) -> bool | None:
        with atomic():
            feeds.close_feed(info.context.viewer, trip_id)
            return True
