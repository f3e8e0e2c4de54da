"""What went wrong, as people tell it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.ai.planner.building import MONDAY, WEEK, stop
from wandr.ai.repair.mishaps import Mishap, Told, read_mishaps

TUESDAY, WEDNESDAY = WEEK[1], WEEK[2]
STOPS = [
    stop("a", MONDAY, "10:00", "11:00", title="Belém Tower"),
    stop("b", MONDAY, "12:00", "13:00", title="Pastéis de Belém"),
    stop("c", TUESDAY, "10:00", "11:00", title="Kyoto Railway Museum"),
    stop("d", TUESDAY, "12:00", "13:00", title="Kyoto National Museum"),
    stop("e", WEDNESDAY, "12:00", "13:00", title="LX Factory"),
    stop("f", WEDNESDAY, title="LX Factory"),
]


def told(prompt: str = "", day: date | None = None, **form: object) -> Told:
    return read_mishaps(prompt, form, STOPS, trip_days=WEEK, today=TUESDAY, day=day)


def rain(*days: date) -> list[Mishap]:
    return [Mishap("rain", day) for day in days]


def closed(day: date, *ids: str) -> Mishap:
    return Mishap("closed", day, frozenset(ids))


def late(day: date, minutes: int = 0, at: int | None = None) -> list[Mishap]:
    return [Mishap("late", day, late_minutes=minutes, arrive_at=at)]


@pytest.mark.parametrize(
    ("prompt", "mishaps"),
    [
        ("It rains on Tuesday", rain(TUESDAY)),
        ("It rains today", rain(TUESDAY)),
        ("it will rain tomorrow", rain(WEDNESDAY)),
        ("Rain from Monday to Wednesday", rain(MONDAY, TUESDAY, WEDNESDAY)),
        ("Bad weather on day 3", rain(WEDNESDAY)),
        ("Belém Tower is closed", [closed(MONDAY, "a")]),
        ("Pasteis de Belem is closed", [closed(MONDAY, "b")]),
        ("Belém Tower and the Kyoto Railway Museum are closed",
         [closed(MONDAY, "a"), closed(TUESDAY, "c")]),
        ("The railway museum in Kyoto is shut", [closed(TUESDAY, "c")]),
        ("LX Factory is closed", [closed(WEDNESDAY, "e", "f")]),
        ("Belém Tower is closed on Tuesday", []),
        ("We arrive three hours late", late(MONDAY, 180)),
        ("We are half an hour late on Tuesday", late(TUESDAY, 30)),
        ("an hour late on Tuesday", late(TUESDAY, 60)),
        ("one and a half hours late on Tuesday", late(TUESDAY, 90)),
        ("an hour and a half late on Tuesday", late(TUESDAY, 90)),
        ("delayed by 2.5 h on Tuesday", late(TUESDAY, 150)),
        ("The train has 40 minutes delay on Tuesday", late(TUESDAY, 40)),
        ("We arrive at 14:30 on Tuesday", late(TUESDAY, at=14 * 60 + 30)),
        ("we land at 3 pm", late(MONDAY, at=15 * 60)),
        ("It rains on Tuesday and we are an hour late on Wednesday",
         [*rain(TUESDAY, WEDNESDAY), *late(TUESDAY, 60)]),
        ("All is well", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_told_is_read(prompt: str, mishaps: list[Mishap]) -> None:
    assert told(prompt) == Told(mishaps, [])


@pytest.mark.parametrize(
    ("prompt", "question"),
    [
        ("It rains", "On which day"),
        ("It rains on 2030-01-01", "On which day"),
        ("The Prado is closed", "nothing of that name"),
        ("We are late", "How late"),
    ],
)
def test_what_is_lacking_is_asked(prompt: str, question: str) -> None:
    found = told(prompt)
    assert found.mishaps == []
    assert [question in one for one in found.unclear] == [True]


def test_the_form_says_the_same() -> None:
    assert told(day=TUESDAY, rain=True).mishaps == rain(TUESDAY)
    assert told(closed=["a"]).mishaps == [closed(MONDAY, "a")]
    assert told(closed="LX Factory").mishaps == [closed(WEDNESDAY, "e", "f")]
    assert told(day=TUESDAY, late_minutes=45).mishaps == late(TUESDAY, 45)
    assert told(day=TUESDAY, arrive_at="12:15").mishaps == late(TUESDAY, at=735)


@pytest.mark.parametrize("minutes", ["soon", -5, True, 1.5, [], {"a": 1}])
def test_a_form_with_nonsense_is_asked_about(minutes: object) -> None:
    found = told(day=TUESDAY, late_minutes=minutes)
    assert found.mishaps == []


def test_it_rains_on_the_only_day() -> None:
    found = read_mishaps("It rains", {}, STOPS, trip_days=[MONDAY], today=MONDAY - timedelta(9))
    assert found.mishaps == rain(MONDAY)


def test_a_trip_without_days_has_no_mishaps() -> None:
    found = read_mishaps("We are an hour late", {}, [], trip_days=[], today=MONDAY)
    assert (found.mishaps, found.unclear) == ([], [])
