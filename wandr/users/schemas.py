"""What clients send and see of people."""

from __future__ import annotations

from marshmallow import fields

from wandr.http.fields import (
    Choice,
    Currency,
    EmailAddress,
    Flag,
    Identifier,
    Instant,
    ListOf,
    Locale,
    Text,
    Whole,
    Zone,
)
from wandr.http.schema import WandrSchema

PACES = ("relaxed", "balanced", "packed")


class PreferencesSchema(WandrSchema):
    """How somebody likes to travel; the assistant reads it."""

    interests = ListOf(Text(40, low=1), 30, metadata={"example": ["food", "museums"]})
    pace = Choice(*PACES, allow_none=True)
    diet = ListOf(Text(40, low=1), 20, metadata={"example": ["vegetarian"]})
    mobility = Text(200, allow_none=True, metadata={"example": "no long stairs"})


class ProfileUpdate(WandrSchema):
    """A change of one's own profile; of `preferences`, only what is given changes."""

    example = {
        "bio": "Slow trains, fast espresso.",
        "timezone": "Europe/Lisbon",
        "locale": "pt-PT",
        "currency": "EUR",
        "preferences": {"interests": ["food", "museums"], "pace": "relaxed"},
    }

    display_name = Text(80, low=1)
    bio = Text(500)
    home_location_id = Identifier(allow_none=True)
    timezone = Zone(allow_none=True)
    locale = Locale(allow_none=True)
    currency = Currency(allow_none=True)
    preferences = fields.Nested(PreferencesSchema)


class UserView(WandrSchema):
    """An account, as its owner sees it."""

    id = Identifier(required=True)
    email = EmailAddress(required=True)
    email_verified = Flag(required=True)
    display_name = Text(80, required=True)
    bio = Text(500, required=True)
    home_location_id = Identifier(required=True, allow_none=True)
    timezone = Zone(required=True, allow_none=True)
    locale = Locale(required=True, allow_none=True)
    currency = Currency(required=True, allow_none=True)
    preferences = fields.Nested(PreferencesSchema, required=True)
    version = Whole(required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)


class PersonView(WandrSchema):
    """The public part of somebody's profile."""

    id = Identifier(required=True)
    display_name = Text(80, required=True)
    bio = Text(500, required=True)


class ClosingSchema(WandrSchema):
    """Closing an account takes its password once more."""

    password = Text(128, required=True, load_only=True)


class ExportView(WandrSchema):
    """Everything that Wandr holds about somebody, by domain."""

    exported_at = Instant(required=True)
    profile = fields.Nested(UserView, required=True)
    held = fields.Dict(keys=fields.String(), required=True)
