"""How much a visit is worth to these wishes, and which places come into question at all."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Final

from wandr.ai.planner.model import Place, Point, Stop, Wishes
from wandr.ai.planner.travel import metres_between

FAR_AWAY_METRES: Final = 45_000
UNWISHED: Final = 0.25
NO_PREFERENCE: Final = 0.6
NAMED_BONUS: Final = 40.0
DAILY_BONUS: Final = 8.0
REPEATED_KIND: Final = 0.85
SHORTEST_NAME_PART: Final = 4


def affinity(place: Place, wishes: Wishes) -> float:
    """From 0 to 1: the strongest wish that the place answers, by kind or by interest."""
    if not wishes.interests:
        return NO_PREFERENCE
    answered = [wishes.interests.get(key, 0.0) for key in {place.kind, *place.interests}]
    return max([UNWISHED, *answered])


def is_wished(place: Place, wishes: Wishes) -> bool:
    """Whether the place answers a wish that was said."""
    return bool(wishes_met(place, wishes))


def daily_bonuses(wishes: Wishes) -> dict[str, float]:
    """What it is worth that a day answers a wish at all: each of those meant fully, every day."""
    return {key: DAILY_BONUS for key, weight in wishes.interests.items() if weight >= 1.0}


def wishes_met(place: Place, wishes: Wishes) -> frozenset[str]:
    """The wishes that the place answers, by kind or by interest."""
    return frozenset(wishes.interests) & {place.kind, *place.interests}


def value_of(place: Place, wishes: Wishes, named: frozenset[str]) -> float:
    """Points, about 1 to 15. A longer visit is worth more, but less than its time."""
    fame = 0.3 + 0.14 * place.prominence
    length = min(1.5, max(0.7, sqrt(place.minutes / 60)))
    doubt = 1.0 if place.hours else 0.8
    bonus = NAMED_BONUS if place.id in named else 0.0
    return 10 * affinity(place, wishes) * fame * length * doubt + bonus


def admissible(places: Iterable[Place], stops: Iterable[Stop], wishes: Wishes) -> list[Place]:
    """The places that may be proposed, by id: not in the trip yet, not banned, each once."""
    stops = list(stops)
    taken = {stop.place_id for stop in stops}
    names = {plain(stop.title) for stop in stops}
    by_id = {place.id: place for place in places}
    return [
        by_id[id]
        for id in sorted(by_id)
        if id not in taken
        and plain(by_id[id].name) not in names
        and not is_banned(by_id[id], wishes.avoid)
    ]


def is_banned(place: Place, avoid: Iterable[str]) -> bool:
    """A ban names a kind, an interest, or (part of) the place's name."""
    words = set(avoid)
    if words & {place.kind, *place.interests}:
        return True
    return any(_is_meant(place, word) for word in words)


def choose_candidates(
    worth: Mapping[str, float], places: Sequence[Place], wishes: Wishes, *, limit: int
) -> list[Place]:
    """The most valuable places, where repetitions of a kind that nobody asked for count less. Each
    wish has two of them a day at least, however much better the answers to another are."""
    chosen = _answers(worth, places, wishes)[:limit]
    kinds = Counter(place.kind for place in chosen)
    left = [place for place in places if place not in chosen]
    while left and len(chosen) < limit:

        def worth_now(place: Place) -> float:
            repeats = 0 if wishes.interests.get(place.kind) else kinds[place.kind]
            return worth[place.id] * REPEATED_KIND**repeats

        best = max(left, key=worth_now)
        left.remove(best)
        chosen.append(best)
        kinds[best.kind] += 1
    return chosen


def _answers(worth: Mapping[str, float], places: Sequence[Place], wishes: Wishes) -> list[Place]:
    """The best two answers a day to each wish that is meant fully."""
    ranked = sorted(places, key=lambda place: (-worth[place.id], place.id))
    found: dict[str, Place] = {}
    for key in daily_bonuses(wishes):
        answering = [place for place in ranked if key in {place.kind, *place.interests}]
        found |= {place.id: place for place in answering[: 2 * max(1, len(wishes.days))]}
    return list(found.values())


def within_reach(
    places: Sequence[Place], worth: Mapping[str, float], home: Point | None
) -> list[Place]:
    """Those near the base or, without one, near the place that is closest to the best ones."""
    if not places:
        return []
    if home is None:
        best = sorted(places, key=lambda place: (-worth[place.id], place.id))[:20]
        home = min(best, key=lambda p: sum(metres_between(p.point, q.point) for q in best)).point
    return [p for p in places if metres_between(home, p.point) <= FAR_AWAY_METRES]


def find_named(phrase: str, places: Sequence[Place]) -> Place | None:
    """The one place that is named: by its full name, or by a part that no other name has."""
    exact = [place for place in places if plain(place.name) == plain(phrase)]
    partly = exact or [place for place in places if _is_meant(place, phrase)]
    return partly[0] if len(partly) == 1 else None


def _is_meant(place: Place, phrase: str) -> bool:
    said, name = f" {plain(phrase)} ", f" {plain(place.name)} "
    return len(said.strip()) >= SHORTEST_NAME_PART and (said in name or name in said)


def plain(name: str) -> str:
    """The name in small letters without accents, words parted by single spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c))))
