"""What clients send and see of notifications."""

from __future__ import annotations

from marshmallow import fields

from wandr.http.fields import Choice, Flag, Identifier, Instant, JsonObject, Text, Whole
from wandr.http.pages import PageQuery
from wandr.http.schema import WandrSchema
from wandr.notifications.kinds import KINDS, MAILS


class NotificationQuery(PageQuery):
    """Only what was not read, or only what was."""

    unread = Flag(metadata={"query": True})


class NotificationView(WandrSchema):
    """Something that you were told; `text` is for people, `data` for programs."""

    id = Identifier(required=True)
    trip_id = Identifier(required=True, allow_none=True)
    kind = Choice(*KINDS, required=True)
    actor_id = Identifier(required=True, allow_none=True)
    text = Text(1000, required=True)
    data = JsonObject(required=True)
    read_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)


class ReadSchema(WandrSchema):
    """Everything up to this one; without it, everything."""

    optional_body = True

    until = Identifier()


class ReadView(WandrSchema):
    """How much was marked as read."""

    count = Whole(0, required=True)


class PreferenceSchema(WandrSchema):
    """How one kind is told: in the app, and by mail now, in a daily digest, or not at all."""

    in_app = Flag()
    mail = Choice(*MAILS)


PREFERENCES = {kind: fields.Nested(PreferenceSchema) for kind in KINDS}
PreferencesUpdate = type(
    "PreferencesUpdate",
    (WandrSchema,),
    {**PREFERENCES, "__doc__": "How you want to be told, by kind; what is left out stays."},
)
PreferencesUpdate.example = {"changes": {"in_app": True, "mail": "off"}}  # type: ignore[attr-defined]


class PreferenceView(WandrSchema):
    """How one kind is told."""

    in_app = Flag(required=True)
    mail = Choice(*MAILS, required=True)


NotificationPreferencesView = type(
    "NotificationPreferencesView",
    (WandrSchema,),
    {
        **{kind: fields.Nested(PreferenceView, required=True) for kind in KINDS},
        "__doc__": "How you are told, by kind.",
    },
)
