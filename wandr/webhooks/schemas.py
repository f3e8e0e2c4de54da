"""What clients send and see of webhooks."""

from __future__ import annotations

from marshmallow import fields

from wandr.deliveries.models import STATES
from wandr.http.fields import Choice, Flag, Identifier, Instant, Text, WebAddress, Whole
from wandr.http.schema import WandrSchema


class WebhookCreate(WandrSchema):
    """Where to send what changes in the trip."""

    example = {"url": "https://example.com/hooks/wandr"}

    url = WebAddress(required=True)


class WebhookUpdate(WandrSchema):
    """Another address; a pause, or its end."""

    example = {"paused": True}

    url = WebAddress()
    paused = Flag()


class WebhookView(WandrSchema):
    """A webhook; it has been given everything up to `seq`."""

    carries_etag = True

    id = Identifier(required=True)
    trip_id = Identifier(required=True)
    created_by = Identifier(required=True)
    url = WebAddress(required=True)
    seq = Whole(required=True)
    paused_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)


class CreatedWebhookView(WebhookView):
    """A new webhook with the secret that signs what it sends, told this once."""

    secret = Text(100, required=True)


class DeliveryView(WandrSchema):
    """Something that was sent, or waits to be; `answer` is what came of the last try."""

    id = Identifier(required=True)
    state = Choice(*STATES, required=True)
    attempts = Whole(required=True)
    answer = Text(500, required=True, allow_none=True)
    body = fields.Dict(required=True)
    due_at = Instant(required=True)
    created_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
