"""Wishes: from the form first, then from the prompt; what is left over is said."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ai.planner.building import MONDAY, WEEK
from wandr.ai.planner.model import Wishes
from wandr.ai.planner.wishes import read_wishes


def read(prompt: str, **form: object) -> Wishes:
    return read_wishes(prompt, form, trip_days=WEEK)


def test_the_request_everybody_makes_is_fully_understood():
    wishes = read("plan 3 days of temples and food, relaxed, for two")
    assert wishes.days == WEEK[:3]
    assert (wishes.party, wishes.pace) == (2, "relaxed")
    assert {"temple", "shrine", "food"} <= set(wishes.interests)
    assert wishes.understood == ("3 days", "for two", "relaxed", "temples", "food")
    assert wishes.not_understood == ()


@pytest.mark.parametrize(
    ("prompt", "days"),
    [
        ("three days", [1, 2, 3]),
        ("a 4-day trip", [1, 2, 3, 4]),
        ("one day", [1]),
        ("three relaxed days", [1, 2, 3]),
        ("for 2 really slow days", [1, 2]),
        ("a week", [1, 2, 3, 4, 5, 6, 7]),
        ("every day", [1, 2, 3, 4, 5, 6, 7]),
        ("", [1, 2, 3, 4, 5, 6, 7]),
        ("a weekend", [6, 7]),
        ("on friday and saturday", [5, 6]),
        ("from tuesday to thursday", [2, 3, 4]),
        ("2027-03-02", [2]),
        ("2027-03-02 to 2027-03-04", [2, 3, 4]),
        ("from the 2nd to the 4th of March", [2, 3, 4]),
        ("March 2-4", [2, 3, 4]),
        ("3 March", [3]),
        ("the 5th", [5]),
        ("day 2", [2]),
        ("days 2 to 3", [2, 3]),
        ("the last two days", [6, 7]),
        ("the first day", [1]),
    ],
)
def test_days_are_understood(prompt, days):
    wishes = read(prompt)
    assert [day.day for day in wishes.days] == days
    assert wishes.not_understood == ()


@pytest.mark.parametrize(
    "prompt",
    [
        "10 May",
        "2027-02-27 to 2027-03-01",
        "2027-02-31",
        "12 days",
        "day 9",
        "0001-01-01 to 9999-12-31",
    ],
)
def test_days_that_the_trip_does_not_have_are_said_back(prompt):
    wishes = read(prompt)
    assert set(wishes.days) <= set(WEEK)
    assert len(wishes.not_understood) == 1


def test_days_not_asked_for_may_stand_in_unless_dates_were_named():
    assert read("2 days").spare_days == WEEK[2:]
    assert read("on Monday").spare_days == ()


@pytest.mark.parametrize(
    ("prompt", "party"),
    [
        ("for two", 2),
        ("2 adults", 2),
        ("two adults and one child", 3),
        ("family of four", 4),
        ("the three of us", 3),
        ("as a couple", 2),
        ("solo", 1),
        ("group of 12", 12),
        ("", 1),
    ],
)
def test_people_are_counted(prompt, party):
    wishes = read(prompt)
    assert wishes.party == party
    assert wishes.not_understood == ()


@pytest.mark.parametrize(
    ("prompt", "pace"),
    [
        ("relaxed", "relaxed"),
        ("at a slow pace", "relaxed"),
        ("not too packed", "relaxed"),
        ("no rush", "relaxed"),
        ("packed days", "full"),
        ("as much as possible", "full"),
        ("", "normal"),
    ],
)
def test_pace_is_understood(prompt, pace):
    assert read(prompt).pace == pace
    assert read(prompt).not_understood == ()


@pytest.mark.parametrize(
    ("prompt", "wished"),
    [
        ("museums, galleries and street food", {"museum", "art", "food"}),
        ("hiking with views", {"nature", "views"}),
        ("things for kids", {"family"}),
        ("churches & castles", {"church", "castle"}),
        ("shopping, nightlife", {"shopping", "nightlife"}),
    ],
)
def test_interests_are_understood(prompt, wished):
    assert wished <= set(read(prompt).interests)
    assert read(prompt).not_understood == ()


def test_some_is_less_than_plain():
    weights = read("temples and some art").interests
    assert weights["temple"] == 1.0
    assert weights["art"] == 0.5


@pytest.mark.parametrize(
    ("prompt", "avoid"),
    [
        ("no museums", {"museum"}),
        ("without shopping", {"shopping"}),
        ("no museums or shopping", {"museum", "shopping"}),
        ("temples but no museums", {"museum"}),
        ("skip Nijo Castle", {"Nijo Castle"}),
        ("temples", set()),
    ],
)
def test_bans_are_understood(prompt, avoid):
    wishes = read(prompt)
    assert wishes.avoid == avoid
    assert not wishes.avoid & set(wishes.interests)
    assert wishes.not_understood == ()


def test_diet_budget_and_times_are_understood():
    wishes = read("vegetarian, budget of €1,200, start at 10, back by 8pm")
    assert wishes.diet == {"vegetarian"}
    assert (wishes.budget_minor, wishes.currency) == (120000, "EUR")
    assert (wishes.day_start, wishes.day_end) == (time(10), time(20))
    assert wishes.not_understood == ()


def test_yen_have_no_cents():
    assert read("under 30000 yen").budget_minor == 30000


def test_a_time_that_does_not_exist_is_said_back():
    wishes = read("start at 31:00")
    assert wishes.day_start is None
    assert wishes.not_understood != ()


def test_a_destination_is_understood():
    assert read("3 days in Kyoto").where == ("Kyoto",)
    assert read("3 days in Kyoto").not_understood == ()


def test_what_no_rule_knows_is_said_back():
    wishes = read("temples, unicorn rides and a zorb ball for two")
    assert wishes.not_understood == ("unicorn rides", "zorb ball")


def test_a_trip_without_dates_has_no_days():
    assert read_wishes("3 days of temples", {}, trip_days=[]).days == ()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=80))
def test_any_text_can_be_read(prompt):
    wishes = read(prompt)
    assert set(wishes.days) <= set(WEEK)
    assert wishes == read(prompt)


WORDS = [
    "3 days",
    "for two",
    "no",
    "museums",
    "temples",
    "and",
    "or",
    "2",
    "May",
    "in Rome",
    "from",
    "to",
    "€5",
]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_any_order_of_known_words_can_be_read(words):
    wishes = read(" ".join(words))
    assert wishes.party >= 1
    assert min(wishes.days, default=MONDAY) >= MONDAY
