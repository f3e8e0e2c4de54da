"""The weather: foreseen where a service is set, and not guessed where none is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.locations.services.conftest import FAULTS
from wandr.base import utc_now

NOTHING = {"source": None, "attribution": None, "days": [], "degraded": []}


@pytest.fixture
def days():
    today = utc_now().date()
    return [f"{today + timedelta(days=one)}" for one in range(20)]


def foresee(person, first, last, **more):
    return person.get(f"/locations/weather?lat=38.7&lon=-9.2&from={first}&to={last}", **more)


def test_days_to_come_are_foreseen(services, fake, participant, days):
    services(weather="open_meteo")
    fake.answers["/v1/forecast"] = {"daily": {
        "time": days[1:3], "temperature_2m_min": [8.1, None], "temperature_2m_max": [16, 17.5],
        "precipitation_sum": [0.0, 4.2], "weather_code": [3, 61],
    }}  # fmt: skip
    told = foresee(participant, days[1], days[2])
    assert told["days"][0] == {
        "day": days[1],
        "temperature_min_c": 8.1,
        "temperature_max_c": 16.0,
        "precipitation_mm": 0.0,
        "weather_code": 3,
    }
    assert told["days"][1]["temperature_min_c"] is None
    assert told["source"] == "open_meteo" and "Open-Meteo" in told["attribution"]
    assert (fake.asked[0].query["start_date"], fake.asked[0].query["end_date"]) == (
        [days[1]],
        [days[2]],
    )


def test_without_a_service_there_is_nothing(participant, days):
    assert foresee(participant, days[0], days[3]) == NOTHING


def test_what_nobody_can_foresee_is_not_asked(services, fake, participant, days):
    services(weather="open_meteo")
    assert foresee(participant, "2020-01-01", "2020-01-03")["days"] == []
    assert foresee(participant, "2150-01-01", "2150-01-03")["days"] == []
    assert fake.asked == []
    foresee(participant, days[10], days[19])
    assert fake.asked[0].query["end_date"] == [days[15]]


def test_today_in_the_west_may_be_yesterday_in_greenwich(services, fake, participant, days):
    services(weather="open_meteo")
    today = date.fromisoformat(days[0])
    foresee(participant, today - timedelta(days=2), days[1])
    (asked,) = fake.asked
    assert asked.query["start_date"] == [f"{today - timedelta(days=1)}"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failure_is_told(services, fake, participant, days, fault):
    services(weather="open_meteo")
    fake.fault = FAULTS[fault]
    assert foresee(participant, days[0], days[1], status=200) == {
        **NOTHING,
        "degraded": ["open_meteo"],
    }


@pytest.mark.parametrize("number", [True, "nan", "7", 1e30, pytest.param(10**340, id="vast")])
@pytest.mark.parametrize("name", ["temperature_2m_min", "weather_code"])
def test_a_number_that_makes_no_sense_is_a_failure(services, fake, participant, days, name, number):
    services(weather="open_meteo")
    daily = {"time": [days[1]], "temperature_2m_min": [1], "temperature_2m_max": [2],
             "precipitation_sum": [0], "weather_code": [3]}  # fmt: skip
    fake.answers["/v1/forecast"] = {"daily": {**daily, name: [number]}}
    told = foresee(participant, days[1], days[1], status=200)
    assert told == {**NOTHING, "degraded": ["open_meteo"]}


@pytest.mark.parametrize("query", ["lat=91&lon=0&from=2027-01-01&to=2027-01-02", "lat=1&lon=0&from=2027-01-02&to=2027-01-01", "lat=1&lon=0&from=2027-01-01&to=2027-01-17", "lat=1&lon=0"])  # fmt: skip
def test_questions_that_make_no_sense_are_refused(participant, query):
    participant.get(f"/locations/weather?{query}", status=422)
