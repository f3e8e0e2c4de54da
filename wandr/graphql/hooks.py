"""Who is told of a trip elsewhere: the webhooks of a trip, and what they have sent."""

from __future__ import annotations

from typing import Any

import strawberry

from wandr.graphql import scalars
from wandr.graphql.connections import FIRST, connection_of, listed, page_args
from wandr.graphql.context import Info
from wandr.graphql.types import type_of
from wandr.webhooks import service as webhooks
from wandr.webhooks.schemas import DeliveryView, WebhookView

Webhook, Delivery = type_of(WebhookView), type_of(DeliveryView)
WebhookConnection, DeliveryConnection = connection_of(Webhook), connection_of(Delivery)


@strawberry.type
class HookQuery:
    @strawberry.field(description="The webhooks of a trip; for who may edit it.")
    def webhooks(
        self: Any, info: Info, trip_id: scalars.UUID, first: int = FIRST, after: str | None = None
    ) -> WebhookConnection | None:
        found = webhooks.webhooks_of(info.context.viewer, trip_id)
        return listed(webhooks.BY_AGE, found, page_args(first, after), WebhookView())

    @strawberry.field(description="What a webhook has sent, or will send, the newest first.")
    def webhook_deliveries(
        self: Any,
        info: Info,
        *,
        trip_id: scalars.UUID,
        id: scalars.UUID,
        first: int = FIRST,
        after: str | None = None,
    ) -> DeliveryConnection | None:
        sent = webhooks.deliveries_of(webhooks.find_webhook(info.context.viewer, trip_id, id))
        return listed(webhooks.NEWEST_FIRST, sent, page_args(first, after), DeliveryView())
