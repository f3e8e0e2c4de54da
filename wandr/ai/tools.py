"""What an assistant may look at, as the person who asks sees it. All is read only.

A door: each tool reads in a short reading of its own, so that no connection is held meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from wandr.ai.findings import attributes_of, locations_in
from wandr.changes import feed
from wandr.extensions import db
from wandr.locations.kinds import kinds_meant
from wandr.locations.models import Location, LocationName
from wandr.locations.names import fold, written
from wandr.locations.service import (
    location_copy,
    nearest_city,
    search_locations,
    sights_near,
)
from wandr.transaction import reading

OWN_NAME: Final = 4
NO_TRIP: Final[Mapping[str, Any]] = {
    "trip": {
        **dict.fromkeys(("id", "start_date", "end_date", "timezone", "currency")),
        "title": "",
        "notes": "",
    },
    "seq": 0,
    "members": [],
    "permissions": {"use_assistant": True},
    "entities": {"activity": []},
}  # fmt: skip
"""What is read of the trip where a conversation is about none."""


class Tools:
    """The tools of one request. `places` are all locations that they returned, by id, and those
    that the trip uses already; `snapshot` is the trip as it was read last."""

    def __init__(self, user_id: UUID, trip_id: UUID | None) -> None:
        self.places: dict[str, dict[str, Any]] = {}
        self.snapshot: dict[str, Any] | None = None
        self._user_id, self._trip_id = user_id, trip_id

    def trip_snapshot(self) -> dict[str, Any]:
        """The whole trip as `GET …/snapshot` shows it. NotFound when the asker was removed."""
        if self._trip_id is None:
            self.snapshot = deepcopy(dict(NO_TRIP))
            return self.snapshot
        with reading():
            self.snapshot = feed.snapshot_of(self._trip_id, self._user_id)
            used = locations_in(self.snapshot)
            known = attributes_of(used)
        self.places |= {key: {**copy, "attributes": known.get(key)} for key, copy in used.items()}
        return self.snapshot

    def find_locations(
        self,
        text: str,
        *,
        kind: str | None = None,
        near: tuple[float, float] | None = None,
        limit: int = 5,
    ) -> list[dict[str, Any]]:
        """Places by name, typos forgiven, the likeliest first."""
        with reading():
            return self._shown(
                search_locations(text, viewer_id=self._user_id, kind=kind, near=near, limit=limit)
            )

    def cities_called(self, phrases: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The largest city of exactly this name, by phrase; phrases that name none are left out."""
        return self._called(phrases, Location.kind == "city")

    def sights_called(self, phrases: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The best known sight of exactly this name, by phrase, in any language that is known."""
        return self._called(phrases, Location.kind.in_(kinds_meant("sight") or ()))

    def _called(
        self, phrases: Sequence[str], kind: ColumnElement[bool]
    ) -> dict[str, dict[str, Any]]:
        names = {phrase: written(phrase) for phrase in phrases}
        if not names:
            return {}
        statement = (
            select(LocationName.name, Location, LocationName.weight)
            .join(Location, Location.id == LocationName.location_id)
            .where(LocationName.name.in_(names.values()), LocationName.owner_id.is_(None), kind)
        )
        with reading():
            rows = sorted(db.session.execute(statement), key=lambda row: _likelihood(*row))
            found = {name: place for name, place, _weight in rows}  # the last wins
            shown = dict(zip(found, self._shown(found.values()), strict=True))
        return {phrase: shown[name] for phrase, name in names.items() if name in shown}

    def nearest_city(self, latitude: float, longitude: float) -> dict[str, Any] | None:
        """The city that a point belongs to; None when no city is known."""
        with reading():
            city = nearest_city(latitude, longitude)
            return self._shown([city])[0] if city else None

    def sights_near(
        self, latitude: float, longitude: float, *, radius_m: float, limit: int
    ) -> list[dict[str, Any]]:
        """Sights around a point, the nearest first, with what is known of a visit."""
        with reading():
            return self._shown(sights_near(latitude, longitude, radius_m, limit))

    def _shown(self, locations: Iterable[Location]) -> list[dict[str, Any]]:
        shown = [_as_json(location) for location in locations]
        self.places |= {location["id"]: location for location in shown}
        return shown


def _likelihood(name: str, place: Location, weight: float) -> tuple[float, float, UUID]:
    """How likely a name means a place: the larger city; its own name counts more than one in
    another language (there is a language in which Bordeaux is Porto)."""
    own = OWN_NAME if fold(place.name) == name else 1
    return (place.population or 0) * own, weight, place.id


def _as_json(location: Location) -> dict[str, Any]:
    more = {"population": location.population, "attributes": location.attributes}
    return {**location_copy(location), **more}
