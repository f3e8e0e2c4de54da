"""The work of a check is bounded, whatever somebody has put into a trip."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from random import Random

from tests.ai.checker.trips import activity, findings, itinerary, place
from wandr.ai.checker import fixes, when, where
from wandr.ai.checker.check import MOST_OF_A_RULE
from wandr.ai.planner.travel import metres_between


def at_once(many: int) -> list[dict]:
    return [activity(f"A{n}", start="10:00", end="12:00", location=place()) for n in range(many)]


def test_a_crowd_at_one_time_is_told_and_not_to_the_last_pair(monkeypatch):
    """Of 300 things at once 44,850 pairs overlap, and each try of a fix would see them all."""
    compared = []
    told = when._overlap
    monkeypatch.setattr(when, "_overlap", lambda *pair: compared.append(1) or told(*pair))
    found = Counter(one.code for one in findings(*at_once(300)))
    assert found["overlap"] == found["same_place_twice"] == MOST_OF_A_RULE
    assert len(compared) == MOST_OF_A_RULE  # and no fix was tried among so many


def test_in_a_busy_day_fixes_are_tried_until_it_is_clear_that_nothing_simple_helps(monkeypatch):
    compared = []
    told = when._overlap
    monkeypatch.setattr(when, "_overlap", lambda *pair: compared.append(1) or told(*pair))
    found = findings(*at_once(100))  # 4,950 pairs
    assert not any(one.fixes for one in found if one.code == "overlap")
    tries = 10 * fixes.MOST_TRIED  # each of which looks at the day until it has seen enough
    assert len(compared) <= MOST_OF_A_RULE + tries * 2 * (fixes.MOST_WRONG + 1)


def test_neighbours_that_are_not_the_same_are_compared_so_often_and_no_more(monkeypatch):
    compared = []
    monkeypatch.setattr(where, "_is_same", lambda *pair: compared.append(1) is not None)
    plan = itinerary(*(activity(f"A{n}", location=place()) for n in range(150)))
    assert list(where.same_place_twice(plan)) == []
    assert len(compared) == where.MOST_OTHERS + 1 < 150 * 149 / 2


def test_the_same_places_are_found_as_by_comparing_all():
    dice = Random(7)
    for latitude in (35.0, 0.0, -0.0005, 87.9):
        spots = [
            place(
                (latitude + dice.uniform(0, 0.003), dice.uniform(-0.002, 0.002)), dice.choice("AB")
            )
            for _ in range(40)
        ]
        spots += dice.sample(spots, 5)
        plan = itinerary(*(activity(f"A{n}", location=one) for n, one in enumerate(spots)))
        expected = {
            (first.id, second.id)
            for first, second in combinations(plan.items, 2)
            if first.spot.location_id == second.spot.location_id
            or metres_between(first.spot.point, second.spot.point) < where.SAME_SPOT_METRES
            and first.spot.name == second.spot.name
        }
        assert {one.entity_ids for one in where.same_place_twice(plan)} == expected
        assert len(expected) >= 5
