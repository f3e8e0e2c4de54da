"""Beds, budget, pace and meals."""

from __future__ import annotations

import pytest

from tests.ai.checker.trips import (
    ADA,
    BOB,
    MON,
    TUE,
    WED,
    activity,
    codes,
    findings,
    itinerary,
    place,
)
from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Terms


def stay(day, end_day, **more):
    return activity("Hotel", day, kind="stay", end_day=end_day, **more)


def test_a_bed_for_each_night():
    assert codes(stay(MON, WED)) == []
    assert codes(stay(MON, TUE), stay(TUE, WED)) == []
    assert codes(stay(MON, None), stay(TUE, None)) == []
    (told,) = findings(stay(MON, TUE))
    assert (told.code, told.values) == ("no_stay", {"first_night": TUE, "last_night": TUE})


def test_nights_in_a_row_are_said_in_one():
    (told,) = findings(stay(MON, TUE), end_date="2027-05-08")
    assert told.values == {"first_night": TUE, "last_night": "2027-05-07"}


def test_while_no_stay_is_planned_that_is_only_said():
    (told,) = check(itinerary(activity("Castle", MON)))
    assert (told.code, told.severity) == ("stays_unknown", "info")


def test_a_night_on_the_way_needs_no_bed():
    train = activity("Train", TUE, "22:00", "08:00", kind="transport", end_day=WED)
    assert codes(stay(MON, TUE), train) == []


def test_everybody_needs_a_bed_and_one_only():
    ada, bob = stay(MON, WED, participants=[ADA]), stay(MON, WED, participants=[BOB])
    assert codes(ada) == ["no_stay"]
    assert codes(ada, bob) == []
    told = findings(ada, stay(TUE, WED))
    assert [one.code for one in told] == ["no_stay", "two_stays"]
    assert told[1].values == {"first_night": TUE, "last_night": TUE}


def test_a_trip_of_a_day_has_no_night():
    assert check(itinerary(end_date=MON)) == ()


def priced(minor, currency="EUR", **more):
    return activity("Tickets", MON, cost_minor=minor, currency=currency, **more)


def test_all_costs_together_are_within_the_budget():
    terms = Terms(budget_minor=10_000)
    assert codes(priced(4_000), priced(6_000), terms=terms) == []
    (told,) = findings(priced(4_000), priced(6_001), priced(None, None), terms=terms)
    assert told.code == "over_budget"
    assert (told.values["total_minor"], told.values["unpriced"]) == (10_001, 1)


def test_other_currencies_are_converted_with_the_date_of_the_rate():
    (told,) = findings(priced(100_000, "JPY"), terms=Terms(budget_minor=100))
    assert 30_000 < told.values["total_minor"] < 120_000  # of cents: 100,000 yen, no minor unit
    assert told.values["rates_of"] >= "2026-10-30"


def test_a_currency_without_a_rate_is_unknown_not_free():
    (told,) = findings(priced(100, "XTS"), terms=Terms(budget_minor=10_000))
    assert (told.code, told.severity) == ("cost_unknown", "warning")


def test_ideas_cost_nothing_yet():
    assert codes(priced(999_999, status="idea"), terms=Terms(budget_minor=1)) == []


@pytest.mark.parametrize(("pace", "told"), [("relaxed", ["too_packed"]), ("normal", [])])
def test_a_day_is_as_full_as_the_pace(pace, told):
    day = [activity(f"{hour}", MON, f"{hour:02}:00", f"{hour + 2:02}:00") for hour in (9, 14, 17)]
    assert codes(*day, terms=Terms(pace=pace)) == told


def test_time_to_eat():
    all_noon = activity("Tour", MON, "10:30", "16:00", location=place())
    (told,) = findings(all_noon)
    assert (told.code, told.values["from"]) == ("no_lunch", "12:15")  # in Portugal
    lunch = activity("Lunch", MON, "13:00", "14:00", kind="food", location=place(name="Tasca"))
    assert codes(activity("Tour", MON, "10:30", "12:30"), lunch) == []
    assert codes({**all_noon, "end_time": "14:00"}) == []  # and then one eats
