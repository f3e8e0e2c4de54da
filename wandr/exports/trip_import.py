"""A trip made of a file: whole or not at all, as change 1 of its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from fractional_indexing import generate_n_keys_between

from wandr.base import new_id
from wandr.changes.change import Change
from wandr.changes.service import finish_change
from wandr.changes.writing import insert_rows
from wandr.errors import Invalid
from wandr.exports.plan import read_plan
from wandr.exports.trip_file import PLACES, Record, TripFile, trip_file
from wandr.itinerary.content import ACTIVITY, refuse_wrong_record
from wandr.itinerary.models import Activity
from wandr.locations.adopting import adopt_places
from wandr.locations.service import location_copy
from wandr.trips.models import Trip
from wandr.trips.service import Founder, begin_trip
from wandr.users import service as users


def import_trip(founder: Founder, document: Mapping[str, Any]) -> Trip:
    """A new trip of a file as `TripFile` loads it; all ids in it are new.

    Raises Invalid, naming the record, for what no trip could hold; Conflict for too much of it.
    """
    users.lock_user(founder.user_id)  # adds places
    change = begin_trip(founder, document["trip"], source="import")
    insert_rows(change, ACTIVITY, _activities(change, document["entities"]["activity"]))
    finish_change(change)
    return change.trip


def copy_of_trip(founder: Founder, trip_id: UUID, changed: Mapping[str, Any]) -> Trip:
    """A new trip with the content of another, as the founder sees it, and some fields of its own.

    Raises NotFound for outsiders, and what `import_trip` raises.
    """
    document = TripFile().load(trip_file(read_plan(founder.user_id, trip_id)))
    document["trip"] |= changed
    return import_trip(founder, document)


def _activities(change: Change, records: Sequence[Record]) -> list[Activity]:
    _refuse_same_ids(records)
    places = _places_of(change.actor, records)
    rows = []
    for number, record in enumerate(records):
        fields = {name: value for name, value in record.items() if name not in ("id", *PLACES)}
        row = Activity(id=new_id(), trip_id=change.trip.id, **fields)
        for name in PLACES:
            copy = places.get((number, name))
            setattr(row, name, copy)
            setattr(row, f"{name}_id", copy and UUID(copy["id"]))
        _refuse_wrong(row, number)
        rows.append(row)
    _put_in_order(rows)
    return rows


def _places_of(importer: UUID, records: Sequence[Record]) -> dict[tuple[int, str], dict[str, Any]]:
    """What activities keep of their places: what the file says, with an id that is good here."""
    told = {
        (number, name): record[name]
        for number, record in enumerate(records)
        for name in PLACES
        if record[name] is not None
    }
    found = adopt_places(importer, list(told.values()))
    return {
        key: {**location_copy(place), **copy}
        for (key, copy), place in zip(told.items(), found, strict=True)
    }


def _put_in_order(rows: Sequence[Activity]) -> None:
    """Give each a position: the order of the file, day by day."""
    by_day = sorted(rows, key=lambda row: str(row.day))  # keeps the order within a day
    for _, lane in groupby(by_day, key=lambda row: row.day):
        same_day = list(lane)
        keys = generate_n_keys_between(None, None, n=len(same_day))
        for row, key in zip(same_day, keys, strict=True):
            row.position = key


def _refuse_same_ids(records: Sequence[Record]) -> None:
    seen: set[UUID] = set()
    for number, record in enumerate(records):
        if record["id"] in seen:
            raise _wrong(number, {"id": ["Stands here twice."]})
        seen.add(record["id"])


def _refuse_wrong(row: Activity, number: int) -> None:
    try:
        refuse_wrong_record(row)
    except Invalid as error:
        raise _wrong(number, (error.errors or {}).get("json", {})) from None


def _wrong(number: int, told: Mapping[str, Any]) -> Invalid:
    where = {"entities": {"activity": {str(number): told}}}
    return Invalid(f"Activity {number} of the file cannot be.", errors={"json": where})
