"""Those who cannot walk far: longer ways are not walked, and take no less time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ai.planner.building import WEEK, neighbours, place, town, wishes
from wandr.ai.planner.model import LONGEST_WALK_MINUTES, Plan
from wandr.ai.planner.planner import plan
from wandr.ai.planner.travel import leg_between
from wandr.ai.planner.wishes import read_wishes

HERE = (35.0, 135.75)
near = st.floats(0, 0.05)


def walks(of: Plan) -> list[int]:
    """Minutes of all ways that the reasons call walks."""
    told = [part for item in of.items for part in item.reason.split("; ") if " min walk " in part]
    return [int(part.split()[0]) for part in told]


def test_no_way_is_walked_that_is_too_long() -> None:
    places = [place(f"temple-{n}", at=(0, 2 * n)) for n in range(6)]
    usual, short = (
        plan(wishes(1, longest_walk=minutes), places, [], seed=1)
        for minutes in (LONGEST_WALK_MINUTES, 10)
    )
    assert max(walks(usual)) > 10
    assert max(walks(short), default=0) <= 10
    assert any("more than 10 min are not walked" in note for note in short.notes)
    assert not any("not walked" in note for note in usual.notes)


def test_there_is_time_for_every_way() -> None:
    places = {one.id: one for one in town(12)}
    found = plan(wishes(1, longest_walk=5), list(places.values()), [], seed=1)
    for before, after in neighbours(found):
        way = leg_between(places[before.place_id].point, places[after.place_id].point, 5)
        gap = (after.start.hour - before.end.hour) * 60 + after.start.minute - before.end.minute
        assert gap >= way.minutes


@given(near, near, st.integers(1, LONGEST_WALK_MINUTES))
def test_who_walks_less_is_never_sooner_there(north: float, east: float, most: int) -> None:
    there = (HERE[0] + north, HERE[1] + east)
    usual, short = leg_between(HERE, there), leg_between(HERE, there, most)
    assert short.minutes >= usual.minutes
    assert short.mode != "walk" or short.minutes <= most


@pytest.mark.parametrize(
    "said",
    ["with a wheelchair", "we can't walk far", "short walks", "with a pram", "little walking"],
)
def test_what_people_say(said: str) -> None:
    found = read_wishes(f"3 days of temples, {said}", {}, trip_days=WEEK)
    assert found.longest_walk == 10
    assert found.not_understood == ()


def test_the_form_says_it_in_minutes_and_goes_first() -> None:
    found = read_wishes("with a pram", {"longest_walk": 15}, trip_days=WEEK)
    assert found.longest_walk == 15
    assert read_wishes("", {"longest_walk": 90}, trip_days=WEEK).longest_walk == (
        LONGEST_WALK_MINUTES
    )
    assert read_wishes("", {"longest_walk": "far"}, trip_days=WEEK).not_understood == (
        "longest_walk: far",
    )
    assert read_wishes("", {}, trip_days=WEEK).longest_walk == LONGEST_WALK_MINUTES
