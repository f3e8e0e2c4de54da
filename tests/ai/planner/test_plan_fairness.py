"""Fairness between members: nobody goes short because others are louder."""

from __future__ import annotations

from typing import Any

from tests.ai.planner.building import WEEK, place, wishes
from wandr.ai.planner.fairness import contentment, fairest
from wandr.ai.planner.model import Plan, Wishes
from wandr.ai.planner.planner import plan
from wandr.ai.planner.wishes import read_wishes

TEMPLES = [place(f"temple-{n}", at=(n, 0), prominence=5) for n in range(8)]
PARKS = [
    place(f"park-{n}", at=(n, 1), kind="park", prominence=3, interests=frozenset({"nature"}))
    for n in range(8)
]
PLACES = [*TEMPLES, *PARKS]
TASTES = {"Ada": {"temple": 1.0}, "Bob": {"park": 0.6}}


def make(wanted: Wishes) -> Plan:
    return plan(wanted, PLACES, [], seed=1)


def planned(**more: Any) -> Plan:
    return fairest(wishes(1, **more), PLACES, make)


def test_the_one_who_likes_less_loudly_is_not_left_out() -> None:
    merged = make(wishes(1, interests={"temple": 1.0, "park": 0.6}))
    fair = planned(tastes=TASTES)
    wanted = wishes(1, tastes=TASTES)
    before, after = (contentment(wanted, PLACES, one) for one in (merged, fair))
    assert min(after.values()) > min(before.values())
    kinds = {item.kind for item in fair.items}
    assert kinds == {"temple", "park"}


def test_it_is_told_how_content_everybody_is() -> None:
    (told,) = [note for note in planned(tastes=TASTES).notes if "to each alone" in note]
    assert "Ada " in told
    assert "Bob " in told


def test_one_taste_alone_is_no_matter_of_fairness() -> None:
    alone = planned(tastes={"Ada": {"temple": 1.0}})
    assert not any("to each alone" in note for note in alone.notes)
    assert alone == make(wishes(1, tastes={"Ada": {"temple": 1.0}}))


def test_who_has_nothing_to_see_is_content_with_nothing() -> None:
    wanted = wishes(1, tastes=TASTES)
    assert contentment(wanted, [], Plan(())) == {"Ada": 1.0, "Bob": 1.0}


def test_the_same_again_is_the_same() -> None:
    assert planned(tastes=TASTES) == planned(tastes=TASTES)


def test_the_form_says_who_likes_what() -> None:
    form = {"tastes": {"Ada": ["temples"], "Bob": {"parks": 0.5, "unicorns": 1}}}
    found = read_wishes("", form, trip_days=WEEK)
    assert found.tastes == {
        "Ada": {"shrine": 0.9, "temple": 1.0},
        "Bob": {"garden": 0.4, "park": 0.5},
    }
    assert found.not_understood == ("tastes: Bob: unicorns",)


def test_a_form_with_nonsense_is_said_back() -> None:
    for nonsense in (["temples"], "temples", 7, {"Ada": 7}):
        found = read_wishes("", {"tastes": nonsense}, trip_days=WEEK)
        assert found.not_understood
        assert not any(found.tastes.values())
