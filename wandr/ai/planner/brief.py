"""Wishes meet places: what comes into question, what it is worth, and which names are meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wandr.ai.planner.lexicon import INTEREST_KEYS
from wandr.ai.planner.model import Place, Point, Stop, Wishes
from wandr.ai.planner.options import food_is_wished
from wandr.ai.planner.scoring import (
    admissible,
    choose_candidates,
    find_named,
    is_banned,
    is_wished,
    plain,
    value_of,
    within_reach,
)

SIGHTS_PER_DAY: Final = 8
TABLES_PER_DAY: Final = 4
MOST_SIGHTS: Final = 60


@dataclass(frozen=True)
class Brief:
    """The candidates in order of id, their worth, the named ones, and what nobody understood."""

    wishes: Wishes
    places: tuple[Place, ...]
    worth: Mapping[str, float]
    named: frozenset[str]
    unknown: tuple[str, ...]
    unanswered: tuple[str, ...]


def make_brief(
    wishes: Wishes, places: Sequence[Place], stops: Sequence[Stop], *, base: Point | None
) -> Brief:
    """Sift the places. The order in which they are given makes no difference."""
    names, unknown = names_meant(wishes, places)
    open_to_us = admissible(places, stops, wishes)
    named = names & {place.id for place in open_to_us}
    worth = {place.id: value_of(place, wishes, named) for place in open_to_us}
    reachable = within_reach(open_to_us, worth, base or _middle_of(stops))
    candidates = _candidates(reachable, worth, wishes, named=named)
    return Brief(
        wishes=wishes,
        places=tuple(sorted(candidates, key=lambda place: place.id)),
        worth=worth,
        named=named,
        unknown=(*unknown, *_unknown_bans(wishes, places)),
        unanswered=tuple(key for key in wishes.interests if not _is_answered(key, reachable)),
    )


def names_meant(wishes: Wishes, places: Iterable[Place]) -> tuple[frozenset[str], list[str]]:
    """The ids of the places that were named, and the phrases that name nothing known."""
    by_id = {place.id: place for place in places}
    known = [by_id[id] for id in sorted(by_id)]
    phrases = dict.fromkeys([*wishes.named_places, *wishes.not_understood])
    meant = {phrase: find_named(phrase, known) for phrase in phrases}
    unknown = [phrase for phrase, place in meant.items() if place is None]
    destinations = {plain(phrase) for phrase in wishes.where}
    found = {place.id for place in meant.values() if place}
    found |= {place.id for place in known if plain(place.name) in destinations}
    return frozenset(found), unknown


def _candidates(
    places: Sequence[Place], worth: Mapping[str, float], wishes: Wishes, *, named: frozenset[str]
) -> list[Place]:
    days = max(1, len(wishes.days))
    sights = [place for place in places if place.kind != "food"]
    tables = [p for p in places if p.kind == "food" and (_eats_there(p, wishes) or p.id in named)]
    return [
        *choose_candidates(worth, sights, wishes, limit=min(MOST_SIGHTS, SIGHTS_PER_DAY * days)),
        *choose_candidates(worth, tables, wishes, limit=TABLES_PER_DAY * days),
    ]


def _eats_there(place: Place, wishes: Wishes) -> bool:
    return food_is_wished(wishes) or is_wished(place, wishes)


def _middle_of(stops: Iterable[Stop]) -> Point | None:
    """The stop nearest to all the others, as the place where the trip happens."""
    points = sorted(stop.point for stop in stops if stop.point)
    return points[len(points) // 2] if points else None


def _unknown_bans(wishes: Wishes, places: Iterable[Place]) -> list[str]:
    """Bans that no word and no name explains: they are said back, since they were not heeded."""
    places = list(places)
    unexplained = sorted(wishes.avoid - INTEREST_KEYS)
    return [f"no {ban}" for ban in unexplained if not any(is_banned(p, [ban]) for p in places)]


def _is_answered(key: str, places: Iterable[Place]) -> bool:
    return any(key == place.kind or key in place.interests for place in places)
