"""Wishes that do not go together: found, irreducible, with what would do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.ai.planner.building import place
from tests.journeys.infeasible import KINDS, impossible, possible
from wandr.ai.planner.conflicts import Conflict, find_conflict
from wandr.ai.planner.model import Place, Plan, Wishes
from wandr.ai.planner.planner import plan

MONDAY = date(2027, 3, 1)
MUSEUM = place("museum", kind="museum", hours="Tu-Su 09:00-17:00")
TEMPLE = place("temple", at=(0, 1))
EATERY = place("eatery", kind="food", hours="11:00-22:00", interests=frozenset({"food"}))
PLACES = [MUSEUM, TEMPLE, EATERY]


def conflict(wishes: Wishes, places: list[Place] = PLACES) -> Conflict | None:
    def planner(wanted: Wishes) -> Plan:
        return plan(wanted, places, [], seed=1)

    return find_conflict(wishes, planner(wishes), places, [], again=planner)


def wishes(*named: str, **more: object) -> Wishes:
    return replace(Wishes(days=(MONDAY,), named_places=named), **more)  # type: ignore[arg-type]


def test_what_fits_in_does_not_conflict() -> None:
    assert conflict(wishes("Temple", "Eatery")) is None
    assert conflict(wishes()) is None


def test_a_closed_door_conflicts_alone_and_another_day_would_do() -> None:
    tuesday = MONDAY + timedelta(days=1)
    assert conflict(wishes("Temple", "Museum", spare_days=(tuesday,))) == Conflict(
        ("Museum",), (f"one day more ({tuesday})", "without: Museum")
    )


def test_a_ban_conflicts_with_what_it_bans() -> None:
    found = conflict(wishes("Temple", avoid=frozenset({"temple", "food"})))
    assert found == Conflict(("no temple", "Temple"), ("without: no temple", "without: Temple"))


def test_a_pace_gives_way_by_degrees() -> None:
    many = [place(f"temple-{n}", at=(0, n / 4)) for n in range(6)]
    found = conflict(wishes(*(one.name for one in many), pace="relaxed"), many)
    assert found is not None
    assert "a relaxed pace" in found.wishes
    assert found.relaxations[:2] == ("a normal pace", "a full pace")


@pytest.mark.parametrize("seed", range(12), ids=[f"{KINDS[n % 4]}-{n}" for n in range(12)])
def test_an_impossible_wish_is_found_and_none_too_much_is_named(seed: int) -> None:
    asked = impossible(seed)
    found = asked.conflict()
    assert found is not None
    assert asked.is_irreducible(found)


@pytest.mark.parametrize("seed", [*range(8), 18, 52])
def test_a_possible_wish_is_met(seed: int) -> None:
    """Some of the sights are places to eat: they are planned although nobody asked for food."""
    asked = possible(seed)
    assert asked.conflict() is None
    assert asked.holds_all(asked.wishes)
