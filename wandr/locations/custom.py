"""Places of people's own: listed, changed, forgotten, and never twice the same.

Who writes some locks their account first, before any trip: of two at once, the later one sees what
the earlier one did, and who closes the account leaves none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid, delete, func, literal, select, update
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
    create_custom_place,
    find_location,
    inherited_at,
    keys_to,
    make_findable,
    names_of,
)
from wandr.locations.sphere import Point, distance_m
from wandr.users import service as users

SAME_M: Final = 50
MOST_NAMES: Final = 100  # of what was merged into one
MAY_DIFFER: Final = frozenset({"name", "latitude", "longitude"})
NEWEST_FIRST = Keyset("own places", (Location.created_at, Location.id), descending=True)


def own_places(user_id: UUID) -> Select[Any]:
    """Those that somebody has added."""
    return select(Location).where(Location.created_by == user_id)


def add_place(user_id: UUID, given: Mapping[str, Any]) -> tuple[Location, bool]:
    """A place of one's own, and whether it is new: one is never twice there. Raises Conflict."""
    users.lock_user(user_id)
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
        is_called_so = _folded(given["name"]) in map(_folded, names_of(one))
        if is_alike and is_called_so and distance_m(point, _point(one)) <= SAME_M:
            return one
    return None


def _folded(name: str) -> str:
    return fold(name) or name  # nothing is left of signs


def change_place(
    user_id: UUID, location_id: UUID, wanted: Mapping[str, Any], *, expected: int | None = None
) -> Location:
    """Change a place of one's own. Raises NotFound, Stale when it is not the `expected` version."""
    place = _own(user_id, location_id, expected)
    point = Point(wanted.get("latitude", place.latitude), wanted.get("longitude", place.longitude))
    moved = inherited_at([point])[0] if point != _point(place) else {}
    changed = {k: one for k, one in {**moved, **wanted}.items() if getattr(place, k) != one}
    if not changed:
        return place
    called = keys_to(place)
    for name, value in {**changed, "updated_at": utc_now()}.items():
        setattr(place, name, value)
    db.session.flush()
    names = LocationName.location_id == place.id
    db.session.execute(delete(LocationName).where(names, LocationName.name.in_(called)))
    db.session.execute(update(LocationName).where(names).values(kind=place.kind))
    make_findable([place])
    return place


def delete_place(user_id: UUID, location_id: UUID, *, expected: int | None = None) -> None:
    """Forget a place of one's own. Raises NotFound, Stale when it is not the `expected` version."""
    db.session.delete(_own(user_id, location_id, expected))
    users.move_home(user_id, location_id, None)


def forget_places(user_id: UUID) -> None:
    """Forget the places of somebody's, and what they called others; activities keep copies."""
    for model, owner in ((LocationName, LocationName.owner_id), (Location, Location.created_by)):
        theirs = delete(model).where(owner == user_id)
        db.session.execute(theirs.execution_options(synchronize_session=False))


def merge_places(user_id: UUID, location_id: UUID, into: UUID) -> Location:
    """Let a place of one's own go for another that one may see; the other, which its owner finds by
    all names of both from then on. Raises NotFound, Conflict beyond `MOST_NAMES`."""
    if location_id == into:
        raise wrong_field("into", "Must be another place.")
    gone, kept = _own(user_id, location_id), find_location(into, user_id)
    users.move_home(user_id, location_id, into)
    if kept.created_by is not None:
        also = dict.fromkeys([*names_of(kept)[1:], *names_of(gone)])
        if len(also) > MOST_NAMES:
            raise Conflict(f"At most {MOST_NAMES} names are merged.", code="too_many_names")
        kept.attributes = {**kept.attributes, OTHER_NAMES: list(also)}
        kept.updated_at = utc_now()
    _hand_names_on(gone, kept)
    db.session.delete(gone)
    db.session.flush()
    return kept


def _hand_names_on(gone: Location, kept: Location) -> None:
    """Have one place found by the names of another, for who finds that one."""
    named = LocationName
    rows = (
        select(
            literal(kept.id, Uuid), named.name, literal(kept.kind), named.weight, named.forgiving,
            named.owner_id,
        )
        .where(named.location_id == gone.id)
        .order_by(named.name)  # so that two who do the same never wait for each other
    )  # fmt: skip
    columns = ["location_id", "name", "kind", "weight", "forgiving", "owner_id"]
    db.session.execute(insert(named).from_select(columns, rows).on_conflict_do_nothing())


def _own(user_id: UUID, location_id: UUID, expected: int | None = None) -> Location:
    users.lock_user(user_id)
    mine = own_places(user_id).where(Location.id == location_id).with_for_update()
    place = db.session.scalar(mine.execution_options(populate_existing=True))
    if place is None:
        raise NotFound()
    refuse_stale(place, expected)
    return place


def _point(place: Location) -> Point:
    return Point(place.latitude, place.longitude)
