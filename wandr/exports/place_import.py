"""The places of a file as ideas of a trip: one change, that one undo takes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from wandr.base import new_id
from wandr.changes.change import Change
from wandr.changes.positions import Lane
from wandr.changes.service import begin_change, finish_change
from wandr.changes.writing import insert_rows, settle
from wandr.errors import Invalid
from wandr.exports.place_files import Found, read_places
from wandr.extensions import db
from wandr.itinerary.content import ACTIVITY
from wandr.itinerary.models import Activity
from wandr.locations.adopting import adopt_places
from wandr.locations.kinds import CUSTOM
from wandr.permissions import Permission
from wandr.trips.access import trip_for
from wandr.users import service as users

MOST_PLACES: Final = 300  # that one file may add
MOST_TOLD: Final = 100  # of what was left out
NEAR: Final = 4  # decimals of degrees: some ten metres
Spot = tuple[str, float, float]


def import_places(
    trip_id: UUID, actor: UUID, media_type: str, body: bytes, *, client_id: UUID | None = None
) -> dict[str, Any]:
    """Add what has a point in a file as ideas, with places of the importer's own: what
    `PlaceImportView` tells.

    What the trip has already, by name and position, is left out, as is what is no point. Raises
    NotFound, Forbidden, UnsupportedMediaType for none of `READERS`, Invalid for what cannot be read
    and for more than `MOST_PLACES`, Conflict for more than there may be.
    """
    trip_for(actor, trip_id, needs=Permission.EDIT_ITINERARY)
    found = read_places(media_type, body)  # before the trip is locked
    users.lock_user(actor)  # adds places
    change = begin_change(trip_id, actor, source="import", client_id=client_id)
    trip_for(actor, trip_id, needs=Permission.EDIT_ITINERARY)  # as it is, now that it is locked
    there, skipped, skipped_count = _spots_of(trip_id), [], 0
    wanted: list[Found] = []
    for one in found:
        spot = _spot(one.name, *one.point) if one.point else None
        if spot is None or spot in there:
            reason = "It is in the trip already." if spot else one.reason
            skipped_count += 1
            if skipped_count <= MOST_TOLD:
                skipped.append({"name": one.name, "reason": reason})
        else:
            there.add(spot)
            wanted.append(one)
        if len(wanted) > MOST_PLACES:
            raise Invalid(
                f"The file has more than the {MOST_PLACES} places that can be added.",
                code="too_much",
            )
    rows = _add(change, wanted)
    return {
        "head": finish_change(change),
        "created": [{"id": str(row.id), "title": row.title} for row in rows],
        "skipped": skipped,
        "skipped_count": skipped_count,
    }


def _add(change: Change, wanted: Sequence[Found]) -> list[Activity]:
    """The ideas, added at the end by a few statements, however many they are."""
    if not wanted:
        return []
    places = adopt_places(change.actor, [_copy(one) for one in wanted])
    rows = []
    for one, place in zip(wanted, places, strict=True):
        told = {"title": one.name, "status": "idea", "notes": one.notes}
        fields = ACTIVITY.loader.load({**told, "location_id": str(place.id)})
        row = Activity(id=new_id(), trip_id=change.trip.id, **fields)
        settle(change, (ACTIVITY, row), fields)
        rows.append(row)
    keys = Lane.of(ACTIVITY, rows[0]).keys_at_end(len(rows))
    for row, key in zip(rows, keys, strict=True):
        row.position = key
    insert_rows(change, ACTIVITY, rows)
    return rows


def _copy(found: Found) -> dict[str, Any]:
    assert found.point is not None
    latitude, longitude = found.point
    return {"name": found.name, "kind": CUSTOM, "latitude": latitude, "longitude": longitude}


def _spots_of(trip_id: UUID) -> set[Spot]:
    located = select(Activity.title, Activity.location).where(
        Activity.trip_id == trip_id,
        Activity.deleted_seq.is_(None),
        Activity.location.is_not(None),
    )
    return {
        _spot(name, place["latitude"], place["longitude"])
        for title, place in db.session.execute(located)
        if place is not None
        for name in (title, place["name"])
    }


def _spot(name: str, latitude: float, longitude: float) -> Spot:
    return name.casefold(), round(latitude, NEAR), round(longitude, NEAR)
