"""What a plan or an idea is made for: the trip, the wishes, the places around where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from wandr.ai.assistant import Desk
from wandr.ai.destination import Destination, destinations_of
from wandr.ai.planner.model import Place, Stop, Wishes
from wandr.ai.translation import distinct_places, stop_of

AROUND_M: Final = 40_000
MOST_SIGHTS: Final = 200


@dataclass(frozen=True)
class Situation:
    """The trip as the asker sees it, and what is wished for in it."""

    trip: Mapping[str, Any]
    stops: tuple[Stop, ...]
    wishes: Wishes
    places: tuple[Place, ...]
    destinations: tuple[Destination, ...]


def understand(wishes: Wishes, snapshot: Mapping[str, Any], desk: Desk) -> Situation:
    """Find out where the trip goes and what is there, and tell what was understood."""
    trip = snapshot["trip"]
    stops = tuple(map(stop_of, snapshot["entities"]["activity"]))
    destinations = destinations_of(wishes, trip, stops, desk.tools)
    wishes = _with_destinations(wishes, destinations)
    desk.status(
        stage="understood",
        understood=list(wishes.understood),
        not_understood=list(wishes.not_understood),
        destinations=[{"name": one.name, "from": one.why} for one in destinations],
    )
    places = _places_around(destinations, desk)
    return Situation(trip, stops, wishes, tuple(places), tuple(destinations))


def _with_destinations(wishes: Wishes, found: Sequence[Destination]) -> Wishes:
    """A phrase that turned out to name a city was understood, what names none was not."""
    phrases = {place.phrase for place in found if place.phrase}
    lost = [said for said in wishes.where if said not in phrases]
    left = [said for said in wishes.not_understood if said not in phrases]
    return replace(
        wishes,
        where=tuple(dict.fromkeys([*wishes.where, *sorted(phrases)])),
        not_understood=(*lost, *left),
    )


def _places_around(destinations: Sequence[Destination], desk: Desk) -> list[Place]:
    found: list[dict[str, Any]] = []
    for place in destinations:
        found += desk.tools.sights_near(*place.point, radius_m=AROUND_M, limit=MOST_SIGHTS)
        desk.pulse()
    return distinct_places(found)
