"""Made-up trips: seeded, over the cities of the atlas, around holidays, closures and bookings."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from statistics import median

from tests.journeys.judge import Journey, Known, Visit

ATLAS = Path(__file__).parents[2] / "wandr" / "locations" / "data" / "atlas.csv"
FEWEST_SIGHTS = 12
# The first days of trips: ordinary weeks, and weeks with holidays in many countries.
STARTS = [date(2027, 1, 1) + timedelta(days=n) for n in range(0, 365, 3)]
STARTS += [date(2026, 12, 24), date(2027, 3, 25), date(2027, 4, 30), date(2027, 7, 3)] * 10
BANS = ("museum", "nightlife", "religion", "church", "shopping")
PROMPTS = ("", "art and history", "food and markets", "nature and views", "temples", "with kids")
ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AT": "Europe/Vienna", "AU": "Australia/Sydney",
    "BE": "Europe/Brussels", "CA": "America/Toronto", "CH": "Europe/Zurich", "CN": "Asia/Shanghai",
    "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn",
    "EG": "Africa/Cairo", "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris",
    "GB": "Europe/London", "GR": "Europe/Athens", "HK": "Asia/Hong_Kong", "HR": "Europe/Zagreb",
    "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IN": "Asia/Kolkata",
    "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome", "JP": "Asia/Tokyo", "KR": "Asia/Seoul",
    "LV": "Europe/Riga", "MA": "Africa/Casablanca", "MX": "America/Mexico_City",
    "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon",
    "SE": "Europe/Stockholm", "SG": "Asia/Singapore", "TH": "Asia/Bangkok", "TR": "Europe/Istanbul",
    "TW": "Asia/Taipei", "US": "America/New_York", "VA": "Europe/Rome", "ZA": "Africa/Johannesburg",
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A trip that was made up, with what the planner is told."""

    seed: int
    city: str
    journey: Journey
    prompt: str
    form: Mapping[str, object]
    sights: Mapping[str, Known]


@cache
def catalogue() -> Mapping[str, Known]:
    """The atlas, read by a reader of our own."""
    with ATLAS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["id"]: _known(row) for row in rows}


@cache
def cities() -> Mapping[str, tuple[str, ...]]:
    """The ids of the sights of each city that has enough of them."""
    with ATLAS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row["city"] for row in rows})
    found = {name: tuple(r["id"] for r in rows if r["city"] == name) for name in names}
    return {name: ids for name, ids in found.items() if len(ids) >= FEWEST_SIGHTS}


def make_up(seed: int) -> Made:
    """The trip of a seed; the same each time."""
    dice = Random(seed)
    city = dice.choice(sorted(cities()))
    sights = {place_id: catalogue()[place_id] for place_id in cities()[city]}
    first, length = dice.choice(STARTS), dice.choice([1, 2, 3, 3, 4, 5, 7])
    days = tuple(first + timedelta(days=n) for n in range(length))
    pace = dice.choice(["relaxed", "normal", "full"])
    avoid = frozenset(dice.sample(BANS, dice.choice([0, 0, 0, 1])))
    closed = dice.sample(sorted(sights), dice.choice([0, 0, 2, 4]))
    closures = {one: frozenset(dice.sample(days, dice.randint(1, length))) for one in closed}
    anchors = tuple(_anchor(dice, days, n) for n in range(dice.choice([0, 0, 1, 2])))
    middle = middle_of(list(sights.values()))
    journey = Journey(middle, days, pace, avoid, closures, _apart(anchors))
    form = {"pace": pace, "avoid": sorted(avoid), "party": dice.randint(1, 6)}
    return Made(seed, city, journey, dice.choice(PROMPTS), form, sights)


def _known(row: Mapping[str, str]) -> Known:
    country = row["country_code"]
    return Known(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        interests=frozenset(row["interests"].split()),
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        hours=row["hours"],
        minutes=int(row["minutes"]),
        country=country,
        zone=ZONES[country],
    )


def _anchor(dice: Random, days: tuple[date, ...], number: int) -> Visit:
    """Something that is booked already, nowhere in particular."""
    hour, minutes = dice.randint(9, 18), dice.choice([60, 90, 120])
    end = hour * 60 + minutes
    return Visit(
        "", f"Booked {number}", dice.choice(days), time(hour), time(end // 60, end % 60), True
    )


def _apart(anchors: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """One a day: two bookings at once would be for the travellers to settle."""
    return tuple({one.day: one for one in anchors}.values())


def middle_of(sights: list[Known]) -> tuple[float, float]:
    """Where most of the sights are."""
    return median(one.latitude for one in sights), median(one.longitude for one in sights)
