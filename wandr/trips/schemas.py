"""What clients send and see of trips, members and invites."""

from __future__ import annotations

from marshmallow import fields, validate

from wandr.http.fields import (
    Choice,
    Currency,
    Day,
    EmailAddress,
    Flag,
    Identifier,
    Instant,
    JsonObject,
    Text,
    Whole,
    Zone,
)
from wandr.http.pages import PageQuery
from wandr.http.schema import WandrSchema, update_of
from wandr.permissions import Permission
from wandr.trips.dates import ShiftDays
from wandr.trips.models import ROLES, STATUSES


class TripFields(WandrSchema):
    """What a client may set of a trip."""

    example = {
        "title": "Kyoto in spring",
        "description": "Five days of temples, gardens and noodles.",
        "start_date": "2027-04-01",
        "end_date": "2027-04-05",
        "currency": "JPY",
        "timezone": "Asia/Tokyo",
        "trip_data": {"color": "pink"},
    }

    title = Text(200, low=1, required=True, metadata={"example": "Kyoto in spring"})
    description = Text(1000, load_default="")
    notes = Text(10_000, load_default="")
    start_date = Day(allow_none=True, load_default=None, metadata={"example": "2027-04-01"})
    end_date = Day(allow_none=True, load_default=None, metadata={"example": "2027-04-05"})
    status = Choice(*STATUSES, load_default="planning")
    currency = Currency(allow_none=True, load_default=None)
    timezone = Zone(allow_none=True, load_default=None)
    trip_data = JsonObject(load_default=dict)


class TripOptions(WandrSchema):
    """What becomes of activities when dates move."""

    dates_mode = Choice("keep", "shift")
    shift_days = ShiftDays()


class TripUpdate(TripOptions, update_of(TripFields, "TripUpdateBase")):  # type: ignore[misc]
    """A change of a trip. With `start_date` and `end_date`, `dates_mode` says what becomes of
    activities: `keep` unschedules those outside, `shift` moves all along with the first day."""

    example = {"start_date": "2027-04-08", "end_date": "2027-04-12", "dates_mode": "shift"}


class TripContentView(WandrSchema):
    """A trip as every member sees it: the entity `trip`."""

    id = Identifier(required=True)
    title = Text(200, required=True)
    description = Text(1000, required=True)
    notes = Text(10_000, required=True)
    start_date = Day(allow_none=True, required=True)
    end_date = Day(allow_none=True, required=True)
    status = Choice(*STATUSES, required=True)
    currency = Currency(allow_none=True, required=True)
    timezone = Zone(allow_none=True, required=True)
    trip_data = JsonObject(required=True)
    created_by = Identifier(required=True)
    version = Whole(required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)


class TripView(TripContentView):
    """A trip as the caller sees it, with its own role, rights and the head of the log."""

    role = Choice(*ROLES, required=True)
    permissions = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    seq = Whole(required=True)


class TripQuery(PageQuery):
    """Which trips: by status, words of the title, role, and days that they overlap."""

    status = Choice(*STATUSES)
    q = Text(200)
    role = Choice(*ROLES)
    overlaps_from = Day(data_key="from")
    overlaps_to = Day(data_key="to")


class PermissionsField(fields.Dict):
    """Overrides of a role's defaults, by permission name; `view` cannot be taken away."""

    def __init__(self, **more: object) -> None:
        names = [one.value for one in Permission if one is not Permission.VIEW]
        super().__init__(
            keys=fields.String(validate=validate.OneOf(names)),
            values=Flag(),
            **more,  # type: ignore[arg-type]
        )


class MemberFields(WandrSchema):
    """What the server may set of a member."""

    role = Choice(*ROLES, required=True)
    permissions = PermissionsField(load_default=dict)
    display_name = Text(80, required=True)


class MemberUpdate(WandrSchema):
    """A member's new role or rights."""

    example = {"role": "participant", "permissions": {"invite": True}}

    role = Choice(*ROLES)
    permissions = PermissionsField()


class MemberView(WandrSchema):
    """A member of a trip; `permissions` are the overrides of the role's defaults."""

    user_id = Identifier(required=True)
    display_name = Text(80, required=True)
    role = Choice(*ROLES, required=True)
    permissions = JsonObject(required=True)
    version = Whole(required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)


class JoinedView(MemberView):
    """A new member, and the trip they are in now."""

    trip_id = Identifier(required=True)


class InviteCreate(WandrSchema):
    """Whom to let in: somebody with this address, or anybody with the link."""

    example = {"email": "grace@example.com", "role": "participant", "expires_in_hours": 72}

    email = EmailAddress()
    link = Flag()
    role = Choice(*ROLES, load_default="participant")
    expires_in_hours = Whole(1, 24 * 90, load_default=24 * 7)
    max_uses = Whole(1, 1000, load_default=1)


class InviteView(WandrSchema):
    """A pending membership."""

    id = Identifier(required=True)
    trip_id = Identifier(required=True)
    email = fields.String(allow_none=True, required=True)
    role = Choice(*ROLES, required=True)
    invited_by = Identifier(required=True)
    expires_at = Instant(required=True)
    max_uses = Whole(required=True)
    uses = Whole(required=True)
    created_at = Instant(required=True)


class CreatedInviteView(InviteView):
    """A new invite with its token, which is told this once."""

    token = fields.String(required=True)


class InvitePreview(WandrSchema):
    """What the holder of a token may know before accepting."""

    title = fields.String(required=True)
    inviter = fields.String(required=True)
    role = Choice(*ROLES, required=True)
    expires_at = Instant(required=True)
