"""Places that a file brings along: found again where they are known here, else made one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.dialects.postgresql import array

from wandr.extensions import db
from wandr.locations.models import Location
from wandr.locations.service import OTHER_NAMES, create_custom_places, names_of
from wandr.users import service as users

Copy = Mapping[str, Any]  # `service.COPIED` by name, without an id; a custom one may have fewer
MAKING = ("name", "kind", "latitude", "longitude", "country_code", "timezone", "hours")


def adopt_places(user_id: UUID, copies: Sequence[Copy]) -> list[Location]:
    """A location for each copy: the one of the same source, one of the user's own that has the
    same name and position, or a new custom place of theirs.

    Raises Conflict (`too_many_places`) when that would be more than a user may have. Who holds a
    trip has locked the user before (see `custom`).
    """
    users.lock_user(user_id)
    known = _by_source(user_id, copies)
    own = _own(user_id, copies)
    missing = {
        _spot(copy): {name: copy[name] for name in MAKING if copy.get(name) is not None}
        for copy in copies
        if _source(copy) not in known and _spot(copy) not in own
    }
    made = create_custom_places(user_id, list(missing.values())) if missing else []
    own |= dict(zip(missing, made, strict=True))
    return [known.get(_source(copy)) or own[_spot(copy)] for copy in copies]


def _by_source(user_id: UUID, copies: Sequence[Copy]) -> dict[Any, Location]:
    named = {(one["source"], one["source_id"]) for one in copies if one.get("source_id")}
    visible = or_(Location.created_by.is_(None), Location.created_by == user_id)
    source = tuple_(Location.source, Location.source_id)
    rows = select(Location).where(source.in_(sorted(named)), visible)
    return {(one.source, one.source_id): one for one in db.session.scalars(rows)} if named else {}


def _own(user_id: UUID, copies: Sequence[Copy]) -> dict[Any, Location]:
    names = sorted({one["name"] for one in copies})
    if not names:
        return {}
    others = Location.attributes[OTHER_NAMES].has_any(array(names))
    called_so = or_(Location.name.in_(names), others)
    mine = select(Location).where(Location.created_by == user_id, called_so)
    rows = db.session.scalars(mine).all()
    found = {(one.name, one.latitude, one.longitude): one for one in rows}
    for one in rows:
        for name in names_of(one)[1:]:
            found.setdefault((name, one.latitude, one.longitude), one)
    return found


def _source(copy: Copy) -> tuple[Any, ...]:
    return copy.get("source"), copy.get("source_id")


def _spot(copy: Copy) -> tuple[Any, ...]:
    return copy["name"], copy["latitude"], copy["longitude"]
