"""Where a trip goes: from the prompt, else the trip's title, its activities, at last its zone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any, Final

from wandr.ai.planner.model import Point, Stop, Wishes
from wandr.ai.planner.scoring import plain
from wandr.ai.planner.travel import metres_between
from wandr.ai.tools import Tools
from wandr.locations.names import fold

LONGEST_NAME: Final = 4  # words
MOST_WORDS: Final = 24
TOGETHER_M: Final = 600_000  # names in one title that lie further apart are not both meant
ALIKE: Final = 0.8
LARGE: Final = 100_000  # people
NEAR_M: Final = 10_000


@dataclass(frozen=True)
class Destination:
    """A city to look for sights around. `why` says where its name was found."""

    name: str
    point: Point
    timezone: str | None
    country_code: str | None
    why: str
    phrase: str = ""


def destinations_of(
    wishes: Wishes, trip: Mapping[str, Any], stops: Sequence[Stop], tools: Tools
) -> list[Destination]:
    """The cities meant, the surest source deciding; empty when nothing tells."""
    in_trip = [plain(stop.title) for stop in stops if stop.place_id]
    left = [one for one in wishes.not_understood if not _is_within(one, in_trip)]
    named = [one for one in wishes.named_places if not _is_within(one, in_trip)]
    where = [one for one in wishes.where if plain(one) not in in_trip]
    said = [*where, *named, *left]
    return (
        _called(said, "your request", tools)
        or _resembling(where, tools)
        or _in_text(" ".join(left), "your request", tools)
        or _in_text(trip["title"], "the trip's title", tools)
        or _around(stops, tools)
        or _of_zone(trip["timezone"], tools)
    )


def _is_within(phrase: str, titles: Sequence[str]) -> bool:
    """Whether it is a name, or a part of one, of what is in the trip: Belém is also in Brazil."""
    return any(f" {plain(phrase)} " in f" {title} " for title in titles)


def _called(phrases: Sequence[str], why: str, tools: Tools) -> list[Destination]:
    found = tools.cities_called(list(dict.fromkeys(phrases)))
    return _distinct([_destination(city, why, phrase) for phrase, city in found.items()])


def _resembling(phrases: Sequence[str], tools: Tools) -> list[Destination]:
    """A slip of the pen in what was said to be the place."""
    found = []
    for phrase in phrases:
        for city in tools.find_locations(phrase, kind="city", limit=1):
            likeness = SequenceMatcher(None, fold(phrase), fold(city["name"])).ratio()
            if likeness >= ALIKE:
                found.append(_destination(city, "your request", phrase))
    return _distinct(found)


def _in_text(text: str, why: str, tools: Tools) -> list[Destination]:
    """Names anywhere in a text. The largest city leads; others count when they are near it."""
    found = tools.cities_called(_phrases_in(text))
    meant = [(city, phrase) for phrase, city in found.items() if _is_meant(city, phrase, tools)]
    meant.sort(key=lambda one: -(one[0]["population"] or 0))
    places = [_destination(city, why, phrase) for city, phrase in meant]
    near = [place for place in places if metres_between(places[0].point, place.point) <= TOGETHER_M]
    return _distinct(_longest_names(near))


def _phrases_in(text: str) -> list[str]:
    words = re.findall(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*", text)[:MOST_WORDS]
    spans = [
        span for span in combinations(range(len(words) + 1), 2) if span[1] - span[0] <= LONGEST_NAME
    ]
    return list(dict.fromkeys(" ".join(words[low:high]) for low, high in spans))


def _is_meant(city: Mapping[str, Any], phrase: str, tools: Tools) -> bool:
    """A large city, or a name with sights near it: there also are towns called Spring and Of."""
    if (city["population"] or 0) >= LARGE:
        return True
    written_as_name = phrase[:1].isupper() or not phrase.isascii()
    point = (city["latitude"], city["longitude"])
    return written_as_name and bool(tools.sights_near(*point, radius_m=NEAR_M, limit=1))


def _longest_names(places: Sequence[Destination]) -> list[Destination]:
    """Not York where New York was read."""
    return [
        place
        for place in places
        if not any(
            f" {place.phrase} " in f" {other.phrase} " and place.phrase != other.phrase
            for other in places
        )
    ]


def _around(stops: Sequence[Stop], tools: Tools) -> list[Destination]:
    """The city near the middle one of the places that are in the trip already."""
    points = sorted(stop.point for stop in stops if stop.point)
    if not points:
        return []
    city = tools.nearest_city(*points[len(points) // 2])
    return [_destination(city, "the places in the trip")] if city else []


def _of_zone(zone: str | None, tools: Tools) -> list[Destination]:
    if not zone or "/" not in zone:
        return []
    name = zone.rsplit("/", 1)[1].replace("_", " ")
    cities = tools.find_locations(name, kind="city", limit=3)
    return [_destination(c, "the trip's time zone") for c in cities if c["timezone"] == zone][:1]


def _distinct(places: Sequence[Destination]) -> list[Destination]:
    return list({place.point: place for place in reversed(places)}.values())[::-1]


def _destination(city: Mapping[str, Any], why: str, phrase: str = "") -> Destination:
    return Destination(
        name=city["name"],
        point=(city["latitude"], city["longitude"]),
        timezone=city["timezone"],
        country_code=city["country_code"],
        why=why,
        phrase=phrase,
    )
