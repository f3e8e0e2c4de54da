"""The entity `activity`: its registers, its rule, and what new trip dates do to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import any_, literal, select

from wandr.changes.entity import Entity, Registry, Row, Scene
from wandr.changes.ops import Op
from wandr.errors import NotFound, wrong_field
from wandr.extensions import db
from wandr.http.fields import EARLIEST, LATEST
from wandr.itinerary import times
from wandr.itinerary.dates import reschedule
from wandr.itinerary.models import Activity
from wandr.itinerary.schemas import ActivityFields, ActivityView
from wandr.locations.service import find_location, location_copy
from wandr.permissions import Permission
from wandr.trips.models import Member
from wandr.zones import known_zone


def copy_locations(scene: Scene, activity: Row, changed: frozenset[str]) -> None:
    """Keep with the activity what its locations are now, and take from them the zones that it
    lacks; that of the end goes with it, unless it was told."""
    former = activity.end_location
    for name in ("location", "end_location"):
        if f"{name}_id" in changed:
            setattr(activity, name, _copy_of(getattr(activity, f"{name}_id"), scene, name))
    if "location_id" in changed and activity.timezone is None and activity.location:
        activity.timezone = _zone_of(activity.location)
    if "end_location_id" in changed:
        told = activity.end_timezone
        if told is None or ("end_timezone" not in changed and told == _zone_of(former)):
            activity.end_timezone = _zone_of(activity.end_location)
    if activity.cost_minor is not None and activity.currency is None:
        activity.currency = scene.trip.currency


def _zone_of(place: Mapping[str, Any] | None) -> str | None:
    return None if place is None else known_zone(place.get("timezone"))


def times_make_sense(scene: Scene, activity: Row, changed: frozenset[str]) -> None:
    """Raise Invalid for an end before the start, a cost in no currency, strangers as company.

    Only for what is changed: new trip dates may have moved a journey into a night in which the
    clocks change, and its notes must be writable all the same.
    """
    if changed & times.FIELDS:
        _refuse_wrong_times(activity)
    _refuse_cost_in_nothing(activity)
    if "participants" in changed and activity.participants:
        _refuse_strangers(scene, activity)


def refuse_wrong_record(activity: Row) -> None:
    """Raise Invalid for what no activity may say of itself; a copy of one that was may say it.

    A journey between zones may seem to end before it starts: new trip dates may have moved it into
    a night in which the clocks change.
    """
    if times.crosses_zones(activity):
        _refuse_early_end(activity)
    else:
        _refuse_wrong_times(activity)
    _refuse_cost_in_nothing(activity)


def take_last_day_along(scene: Scene, activity: Row, op: Op) -> Mapping[str, Any]:
    """The last day that comes of a move to another day: it takes as long there as it did here."""
    day = op.fields.get("day", activity.day)
    if op.kind != "move" or day == activity.day:
        return {}
    if day is None:
        last = None
    elif activity.day is None:
        last = times.last_day_on(activity, day)
    else:
        last = activity.end_day and activity.end_day + (day - activity.day)
    if last is not None and not EARLIEST <= last <= LATEST:
        raise wrong_field("day", f"Its last day would be out of {EARLIEST:%Y} to {LATEST:%Y}.")
    return {"end_day": last}


def follow_trip_dates(scene: Scene, trip: Row, before: Mapping[str, Any], op: Op) -> Sequence[Op]:
    """What follows from new trip dates: activities move along or become unscheduled."""
    if op.kind != "update" or not before:
        return []
    was = (_day(before["start_date"]), _day(before["end_date"]))
    now = (trip.start_date, trip.end_date)
    if was == now:
        return []
    relative = "shift_days" in op.options
    mode = "shift" if relative else op.options.get("dates_mode", "keep")
    touched = reschedule(trip, was, now, mode)
    return [Op("update", ACTIVITY, activity.id, days) for activity, days in touched]


def follow_members(scene: Scene, member: Row, before: Mapping[str, Any], op: Op) -> Sequence[Op]:
    """Who is no longer in the trip takes part in nothing. Of nobody in particular is of all."""
    if op.kind != "delete":
        return []
    company = select(Activity.id, Activity.participants).where(
        Activity.trip_id == scene.trip.id, literal(op.id) == any_(Activity.participants)
    )
    return [
        Op(
            "update",
            ACTIVITY,
            row.id,
            {"participants": [u for u in row.participants if u != op.id]},
        )
        for row in db.session.execute(company.order_by(Activity.id))
    ]


def _copy_of(location_id: Any, scene: Scene, name: str) -> dict[str, Any] | None:
    if location_id is None:
        return None
    try:
        return location_copy(find_location(location_id, scene.actor))
    except NotFound:
        raise wrong_field(f"{name}_id", "There is no such location.") from None


def _refuse_cost_in_nothing(activity: Row) -> None:
    if activity.cost_minor is not None and activity.currency is None:
        raise wrong_field("currency", "A cost needs a currency.")


def _refuse_early_end(activity: Row) -> None:
    if times.ends_too_early(activity):
        raise wrong_field("end_day", "Must not be before day.")


def _refuse_wrong_times(activity: Row) -> None:
    _refuse_early_end(activity)
    if activity.end_time is not None and activity.start_time is None:
        raise wrong_field("end_time", "Needs a start_time.")
    if times.is_backwards(activity):
        raise wrong_field("end_time", "Must not be before the start; for the next day set end_day.")


def _refuse_strangers(scene: Scene, activity: Row) -> None:
    members = select(Member.user_id).where(Member.trip_id == scene.trip.id)
    if not set(activity.participants) <= set(db.session.scalars(members)):
        raise wrong_field("participants", "All must be members of the trip.")


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


COST = frozenset({"cost_minor", "currency"})

ACTIVITY = Entity(
    name="activity",
    plural="activities",
    model=Activity,
    fields=ActivityFields,
    view=ActivityView,
    needs=Permission.EDIT_ITINERARY,
    ordered_within=("day",),
    registers=(
        frozenset({"day", "position"}),
        frozenset({"start_time", "end_day", "end_time", "timezone", "end_timezone"}),
        frozenset({"location_id", "location"}),
        frozenset({"end_location_id", "end_location"}),
        COST,
    ),
    strict=COST,
    texts=frozenset({"notes"}),
    computes=take_last_day_along,
    prepare=copy_locations,
    rule=times_make_sense,
    follows={"trip": follow_trip_dates, "member": follow_members},
)


def register(registry: Registry) -> None:
    """Let activities take part in the write path."""
    registry.register(ACTIVITY)
