"""What accounts are told of places: those of one's own, which go with the account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from wandr.extensions import db
from wandr.locations.custom import forget_places, own_places
from wandr.locations.models import Location
from wandr.locations.schemas import LocationView
from wandr.users import service as users


def register() -> None:
    """Listen to them. Doing it again changes nothing."""
    users.holdings["places"] = places_held
    if forget_places not in users.on_account_closed:
        users.on_account_closed.append(forget_places)


def places_held(user_id: UUID) -> list[dict[str, Any]]:
    """The places of somebody's own, JSON-ready."""
    places = db.session.scalars(own_places(user_id).order_by(Location.created_at, Location.id))
    told: list[dict[str, Any]] = LocationView(many=True).dump(places)
    return told
