"""The form beside the prompt: it comes first, and what cannot be read of it is said back."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.ai.planner.building import WEEK
from wandr.ai.planner.model import Wishes
from wandr.ai.planner.wishes import read_wishes


def read(prompt: str, **form: object) -> Wishes:
    return read_wishes(prompt, form, trip_days=WEEK)


def test_the_form_comes_first():
    wishes = read("relaxed, for two", pace="full", party=4)
    assert (wishes.pace, wishes.party) == ("full", 4)
    assert len(wishes.not_understood) == 2


def test_a_form_alone_is_enough():
    wishes = read(
        "",
        days=[date(2027, 3, 2), "2027-03-03"],
        party=2,
        pace="relaxed",
        interests={"temples": 1, "food": 0.5},
        avoid=["museums"],
        diet="Vegan",
        named_places=["Kinkaku-ji"],
        budget_minor=5000,
        currency="eur",
        day_start="09:30",
        day_end=time(20),
    )
    assert wishes.days == WEEK[1:3]
    assert wishes.interests["food"] == 0.5
    assert (wishes.avoid, wishes.diet) == ({"museum"}, {"vegan"})
    assert (wishes.named_places, wishes.currency) == (("Kinkaku-ji",), "EUR")
    assert (wishes.day_start, wishes.day_end) == (time(9, 30), time(20))
    assert wishes.not_understood == ()


def test_an_empty_form_says_nothing():
    assert read("", party=None, interests=[], pace="") == read("")


@pytest.mark.parametrize(
    "form",
    [
        {"party": 0},
        {"party": "many"},
        {"party": True},
        {"pace": "frantic"},
        {"days": ["2027-13-01"]},
        {"days": ["2028-01-01"]},
        {"interests": ["sorcery"]},
        {"interests": {"food": 7}},
        {"interests": {"food": "very"}},
        {"day_start": "25:00"},
        {"colour": "blue"},
        {"diet": 3},
    ],
)
def test_a_form_that_cannot_be_read_is_said_back(form):
    wishes = read("", **form)
    assert len(wishes.not_understood) == 1
    assert wishes == Wishes(
        days=wishes.days,
        spare_days=wishes.spare_days,
        understood=wishes.understood,
        not_understood=wishes.not_understood,
    )
