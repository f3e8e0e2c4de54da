"""Who is told of a trip elsewhere: the webhooks of a trip, and what they have sent."""

from __future__ import annotations

from typing import Any

import strawberry

from wandr.graphql import scalars
from wandr.graphql.connections import FIRST, connected, connection_of, page_args
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
        page = webhooks.BY_AGE.find(found, page_args(first, after))
        return connected(page, {one: WebhookView().dump(one) for one in page.items})

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
        page = webhooks.NEWEST_FIRST.find(sent, page_args(first, after))
        return connected(page, {one: DeliveryView().dump(one) for one in page.items})
