"""The story everybody tells: three days of temples and food in Kyoto, relaxed, for two; on the real atlas."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from opening_hours import OpeningHours

from tests.ai.planner.building import minute, neighbours, on_day
from wandr.ai.planner.model import Place, Plan
from wandr.ai.planner.planner import plan
from wandr.ai.planner.travel import leg_between
from wandr.ai.planner.wishes import read_wishes
from wandr.locations.atlas import ATLAS_SOURCE, Sight, read_atlas

PROMPT = "plan 3 days of temples and food, relaxed, for two"
SIGHTS = {sight.id: sight for sight in read_atlas() if sight.city == "Kyoto"}
# A week in spring, a holiday with its eve, and the days around New Year.
STARTS = [date(2027, 4, 5), date(2026, 11, 22), date(2026, 12, 30)]


def as_place(sight: Sight) -> Place:
    return Place(
        id=sight.id,
        name=sight.name,
        kind=sight.kind,
        latitude=sight.latitude,
        longitude=sight.longitude,
        timezone="Asia/Tokyo",
        country_code=sight.country_code,
        hours=sight.hours,
        minutes=sight.minutes,
        indoor=sight.indoor,
        prominence=sight.prominence,
        interests=sight.interests,
        price_band=sight.price_band,
        source=ATLAS_SOURCE,
        source_id=sight.id,
    )


@pytest.fixture(params=STARTS, ids=str, scope="module")
def kyoto(request) -> Plan:
    days = [request.param + timedelta(days=number) for number in range(5)]
    wishes = read_wishes(PROMPT, {}, trip_days=days)
    return plan(wishes, [as_place(sight) for sight in SIGHTS.values()], [], seed=7)


def days_of(kyoto: Plan) -> list[date]:
    return sorted({item.day for item in kyoto.items})


def test_it_fills_the_first_three_days(kyoto):
    days = days_of(kyoto)
    assert len(days) == 3
    assert all(after - before == timedelta(days=1) for before, after in pairwise(days))
    assert not [note for note in kyoto.notes if "Not understood" in note or "last check" in note]


def test_every_day_has_temples_and_food(kyoto):
    for day in days_of(kyoto):
        kinds = [SIGHTS[item.place_id].kind for item in on_day(kyoto, day)]
        assert {"temple", "shrine"} & set(kinds)
        assert {"food", "market"} & set(kinds)


def test_nothing_else_takes_the_place_of_what_was_asked_for(kyoto):
    wished = [i for i in kyoto.items if i.kind in {"temple", "shrine", "food", "market"}]
    assert len(wished) == len(kyoto.items)


def test_it_is_relaxed(kyoto):
    for day in days_of(kyoto):
        items = on_day(kyoto, day)
        assert 150 <= sum(minute(i.end) - minute(i.start) for i in items) <= 300
        assert 3 <= len(items) <= 5
        assert items[0].start.hour >= 9


def test_everything_is_open_from_the_first_to_the_last_minute(kyoto):
    for item in kyoto.items:
        hours = OpeningHours(SIGHTS[item.place_id].hours, country="JP")
        inside = [minute(item.start), minute(item.end) - 1]
        for moment in range(inside[0], inside[1] + 1, 5):
            clock = datetime.combine(item.day, datetime.min.time()) + timedelta(minutes=moment)
            assert hours.is_open(clock), f"{item.title} on {clock}"


def test_every_place_is_one_of_the_atlas_and_comes_once(kyoto):
    chosen = [item.place_id for item in kyoto.items]
    assert set(chosen) <= set(SIGHTS)
    assert len(chosen) == len(set(chosen))
    assert all(e.source == ATLAS_SOURCE for item in kyoto.items for e in item.evidence)


def test_one_gets_from_each_place_to_the_next(kyoto):
    for before, after in neighbours(kyoto):
        way = leg_between(
            as_place(SIGHTS[before.place_id]).point, as_place(SIGHTS[after.place_id]).point
        )
        assert minute(after.start) - minute(before.end) >= way.minutes
        assert way.minutes <= 60
