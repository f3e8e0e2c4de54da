"""What accounts are told of places: those of one's own, which go with the account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.extensions import db
from wandr.locations.custom import forget_places, own_places
from wandr.locations.models import Location, LocationName
from wandr.locations.schemas import LocationView
from wandr.users import service as users


def register() -> None:
    """Listen to them. Doing it again changes nothing."""
    users.holdings["places"] = places_held
    users.holdings["place_names"] = names_held
    if forget_places not in users.on_account_closed:
        users.on_account_closed.append(forget_places)


def places_held(user_id: UUID) -> list[dict[str, Any]]:
    """The places of somebody's own, JSON-ready."""
    places = db.session.scalars(own_places(user_id).order_by(Location.created_at, Location.id))
    told: list[dict[str, Any]] = LocationView(many=True).dump(places)
    return told


def names_held(user_id: UUID) -> list[dict[str, Any]]:
    """What somebody, and nobody else, calls public places."""
    named = (
        select(LocationName.location_id, LocationName.name)
        .join(Location, Location.id == LocationName.location_id)
        .where(LocationName.owner_id == user_id, Location.created_by.is_(None))
        .order_by(LocationName.location_id, LocationName.name)
    )
    rows = db.session.execute(named)
    return [{"location_id": str(place_id), "name": name} for place_id, name in rows]
