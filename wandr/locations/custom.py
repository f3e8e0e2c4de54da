"""Places of people's own: listed, changed, forgotten, and never twice the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from wandr.base import utc_now
from wandr.errors import Conflict, NotFound, wrong_field
from wandr.extensions import db
from wandr.http.etags import refuse_stale
from wandr.http.pages import Keyset
from wandr.locations.models import Location, LocationName
from wandr.locations.names import fold
from wandr.locations.service import (
    OTHER_NAMES,
    await_turn,
    create_custom_place,
    find_location,
    inherited_at,
    make_findable,
    names_of,
)
from wandr.locations.sphere import Point, distance_m

SAME_M: Final = 50
MOST_NAMES: Final = 100  # of what was merged into one
MAY_DIFFER: Final = frozenset({"name", "latitude", "longitude"})
NEWEST_FIRST = Keyset("own places", (Location.created_at, Location.id), descending=True)


def own_places(user_id: UUID) -> Select[Any]:
    """Those that somebody has added."""
    return select(Location).where(Location.created_by == user_id)


def add_place(user_id: UUID, given: Mapping[str, Any]) -> tuple[Location, bool]:
    """A place of one's own, and whether it is new: one is never twice there. Raises Conflict."""
    await_turn(user_id)
    there = find_same(user_id, given)
    if there is not None:
        return there, False
    return create_custom_place(user_id, dict(given)), True


def find_same(user_id: UUID, given: Mapping[str, Any]) -> Location | None:
    """The place of somebody's own that is what this one would be, some metres aside, if any.

    One that would differ in what else was given is another.
    """
    point = Point(given["latitude"], given["longitude"])
    near = func.abs(Location.latitude - point.latitude) < 0.001
    for one in db.session.scalars(own_places(user_id).where(near)):
        is_alike = all(getattr(one, name) == given[name] for name in given.keys() - MAY_DIFFER)
        is_called_so = fold(one.name) == fold(given["name"])
        if is_alike and is_called_so and distance_m(point, _point(one)) <= SAME_M:
            return one
    return None


def change_place(
    user_id: UUID, location_id: UUID, wanted: Mapping[str, Any], *, expected: int | None = None
) -> Location:
    """Change a place of one's own. Raises NotFound, Stale when it is not the `expected` version."""
    place = _own(user_id, location_id, expected)
    point = Point(wanted.get("latitude", place.latitude), wanted.get("longitude", place.longitude))
    moved = inherited_at([point])[0] if point != _point(place) else {}
    for name, value in {**moved, **wanted}.items():
        setattr(place, name, value)
    _find_anew(place)
    return place


def delete_place(user_id: UUID, location_id: UUID, *, expected: int | None = None) -> None:
    """Forget a place of one's own. Raises NotFound, Stale when it is not the `expected` version."""
    db.session.delete(_own(user_id, location_id, expected))


def merge_places(user_id: UUID, location_id: UUID, into: UUID) -> Location:
    """Let a place of one's own go for another that one may see; the other, which its owner finds by
    all names of both from then on. Raises NotFound, Conflict beyond `MOST_NAMES`."""
    if location_id == into:
        raise wrong_field("into", "Must be another place.")
    gone, kept = _own(user_id, location_id), find_location(into, user_id)
    if kept.created_by is None:
        _name_for(user_id, kept, gone)
    else:
        also = dict.fromkeys([*names_of(kept), *names_of(gone)])
        del also[kept.name]
        if len(also) > MOST_NAMES:
            raise Conflict(f"It has {MOST_NAMES} other names already.", code="too_many_names")
        kept.attributes = {**kept.attributes, OTHER_NAMES: list(also)}
        _find_anew(kept)
    db.session.delete(gone)
    db.session.flush()
    return kept


def _find_anew(place: Location) -> None:
    """Have a place of one's own, which was changed, found by the names that it has now."""
    place.updated_at = utc_now()
    db.session.execute(delete(LocationName).where(LocationName.location_id == place.id))
    db.session.flush()
    make_findable([place])


def _name_for(user_id: UUID, public: Location, gone: Location) -> None:
    """Have one person find a public place by the names of their own one, too."""
    names = select(LocationName.name).where(LocationName.location_id == gone.id)
    rows = [
        {"location_id": public.id, "name": name, "kind": public.kind, "weight": 1.0}
        | {"forgiving": True, "owner_id": user_id}
        for name in db.session.scalars(names)
    ]
    if rows:
        db.session.execute(insert(LocationName).values(rows).on_conflict_do_nothing())


def _own(user_id: UUID, location_id: UUID, expected: int | None = None) -> Location:
    await_turn(user_id)
    mine = own_places(user_id).where(Location.id == location_id).with_for_update()
    place = db.session.scalar(mine.execution_options(populate_existing=True))
    if place is None:
        raise NotFound()
    refuse_stale(place, expected)
    return place


def _point(place: Location) -> Point:
    return Point(place.latitude, place.longitude)
