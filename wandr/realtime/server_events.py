"""What clients hear: every event that the server may send, with its shape."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields

from wandr.ai.models import EVENT_TYPES
from wandr.changes.schemas import ChangeView
from wandr.http.fields import Choice, Identifier, Whole
from wandr.http.schema import WandrSchema
from wandr.notifications.schemas import NotificationView
from wandr.realtime.schemas import CLIENT, TRIP, PresentView, TripPayload
from wandr.trips.models import ROLES


class ChangesEvent(TripPayload):
    """What was changed in a trip: to everybody who follows it, the author included."""

    changes = fields.List(fields.Nested(ChangeView), required=True)


class HeadEvent(TripPayload):
    """The newest seq that was told, every 15 seconds: are you missing something?"""

    head = Whole(0, required=True)


class RoleEvent(TripPayload):
    """Your role is another one now."""

    role = Choice(*ROLES, required=True)


class RevokedEvent(TripPayload):
    """You are no longer a member: nothing with a later seq reaches you."""


class ResetEvent(TripPayload):
    """You hear no more of this trip until you join again, for `too_old` with `since: null`."""

    reason = Choice("lagging", "too_old", required=True)


class PresenceDiffEvent(TripPayload):
    """Who came, who went, and what they show; at most ten times a second."""

    example = {
        "trip_id": TRIP, "join": [PresentView.example], "leave": [],
        "set": {CLIENT: {"view": "2027-04-02"}},
    }  # fmt: skip

    join = fields.List(fields.Nested(PresentView), required=True)
    leave = fields.List(Identifier(), required=True)
    set = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class AiSaysEvent(TripPayload):
    """What the assistant says: in the order of `seq` per request, once."""

    request_id = Identifier(required=True)
    seq = Whole(1, required=True)
    type = Choice(*EVENT_TYPES, required=True)
    data = fields.Dict(required=True)


class ExpiringEvent(WandrSchema):
    """The connection ends in so many seconds, unless a newer token comes by `auth:refresh`."""

    in_s = Whole(0, required=True)


class NotificationEvent(NotificationView):
    """Something that you were told; a hint that may be lost: what counts is the list over HTTP."""


SERVER_EVENTS: Mapping[str, type[Schema]] = {
    "trip:changes": ChangesEvent,
    "trip:head": HeadEvent,
    "trip:role": RoleEvent,
    "trip:revoked": RevokedEvent,
    "trip:reset": ResetEvent,
    "presence:diff": PresenceDiffEvent,
    "ai:event": AiSaysEvent,
    "auth:expiring": ExpiringEvent,
    "notification": NotificationEvent,
}
