"""Where it is warm in a month, by the height of the sun alone: there is no climate data here."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from math import radians, sin
from typing import Final, NamedTuple

from wandr.ai.answers.asked import MONTHS, Asked
from wandr.locations.atlas import Sight, read_atlas

MOST_TOLD: Final = 5
TABLES: Final = frozenset({"food", "market"})
LAG: Final = 30  # days by which warmth follows the sun, on land


class City(NamedTuple):
    """A city of the atlas, and how many places to eat it knows there."""

    name: str
    latitude: float
    tables: int


def warm(asked: Asked) -> str | None:
    """Where is it warm, or cool, in a month, and good to eat?"""
    warmth, coolness = (
        asked.says(r"warm(?:er|est)?|hot(?:test)?|sunny"),
        asked.says(r"cool(?:er)?|cold"),
    )
    if not (warmth or coolness) or (month := asked.month()) is None:
        return None
    eats = asked.says(r"food|eat|eating|cuisine|restaurants?")
    cities = [city for city in _cities() if city.tables or not eats]
    ordered = sorted(
        cities, key=lambda city: (_from_the_sun(city, month), city.name), reverse=not warmth
    )
    told = ", ".join(city.name for city in ordered[:MOST_TOLD])
    kind = "warmest" if warmth else "coolest"
    food = " with places to eat" if eats else ""
    return (
        f"I have no climate data. By the height of the sun alone, of the cities{food} in my atlas"
        f" these are {kind} in {MONTHS[month - 1].title()}: {told}.\n"
    )


def _from_the_sun(city: City, month: int) -> float:
    """Degrees of latitude between a city and the sun at noon, a month before. The declination is
    Cooper's approximation (Solar Energy 12, 1969)."""
    day = date(2027, month, 15).timetuple().tm_yday - LAG
    return abs(city.latitude - 23.45 * sin(radians(360 * (284 + day) / 365)))


@cache
def _cities() -> tuple[City, ...]:
    sights: dict[str, list[Sight]] = defaultdict(list)
    for sight in read_atlas():
        sights[sight.city].append(sight)
    return tuple(
        City(name, there[0].latitude, sum(sight.kind in TABLES for sight in there))
        for name, there in sights.items()
    )
