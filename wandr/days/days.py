"""The day view of a snapshot. Reading alone; what is not known is null, never guessed."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from heapq import heappop, heappush
from itertools import islice
from typing import Any, Final

from wandr.ai.checker.itinerary import Item, Itinerary, Spot, Terms, read_itinerary
from wandr.ai.checker.opening import VISITS, clock, is_open
from wandr.locations.holidays import holidays_on
from wandr.locations.hours import open_windows, sun_up
from wandr.locations.routing import estimate_leg, usual_mode
from wandr.locations.sphere import Point

MOST_ONGOING: Final = 50
Json = dict[str, Any]
Meant = Mapping[str, Item]  # what is to take place, by id: neither ideas nor notes


def days_of(snapshot: Mapping[str, Any]) -> Json:
    """The days of a snapshot as `DaysView` tells them: each day of the trip and each on which
    something is planned, and what has no day.
    """
    plan = read_itinerary(snapshot, terms=Terms())
    meant = {item.id: item for item in plan.items}
    by_day: dict[str | None, list[Json]] = defaultdict(list)
    for activity in snapshot["entities"]["activity"]:
        by_day[activity["day"]].append(activity)
    days: list[Json] = []
    spot: Spot | None = None  # where the day before ended, for a day that tells no place
    for day in _calendar(plan, by_day):
        activities = by_day[f"{day}"]
        spots = _spots(activities, meant) or ([spot] if spot else [])
        days.append({"day": f"{day}", **_told(day, activities, meant, spots)})
        spot = spots[-1] if spots else None
    for told, ongoing in zip(days, _ongoing(plan, by_day), strict=True):
        told["ongoing"] = ongoing
    return {
        "trip_id": plan.trip_id,
        "seq": snapshot["seq"],
        "days": days,
        "unscheduled": by_day[None],
    }


def _calendar(plan: Itinerary, planned: Iterable[str | None]) -> list[date]:
    found = {date.fromisoformat(day) for day in planned if day}
    if plan.first and plan.last:
        length = (plan.last - plan.first).days
        found |= {plan.first + timedelta(days=one) for one in range(length + 1)}
    return sorted(found)


def _told(day: date, activities: Sequence[Json], meant: Meant, spots: Sequence[Spot]) -> Json:
    items = [_entry(one, meant.get(one["id"])) for one in activities]
    _add_legs(items, meant)
    legs = [one["leg"] for one in items if one["leg"]]
    return {
        "items": items,
        "distance_m": sum(leg["distance_m"] for leg in legs),
        "duration_s": sum(leg["duration_s"] for leg in legs),
        "costs": _costs(activities, meant),
        "sun": _sun(spots[0], day) if spots else None,
        "holidays": list(_holidays(spots, day)),
    }


def _ongoing(plan: Itinerary, planned: Iterable[str | None]) -> Iterator[list[str]]:
    """Of each day what began before and has not ended, the earliest first; at most `MOST_ONGOING`:
    of a thousand stays for years, each day would tell them all."""
    stays = ((one.day, one.last_day, one.id) for one in plan.items if one.day and one.last_day)
    coming = deque(sorted(stays))
    going: dict[str, None] = {}
    ends: list[tuple[date, str]] = []
    for day in _calendar(plan, planned):
        while coming and coming[0][0] < day:
            _, last_day, item_id = coming.popleft()
            going[item_id] = None
            heappush(ends, (last_day, item_id))
        while ends and ends[0][0] < day:
            del going[heappop(ends)[1]]
        yield list(islice(going, MOST_ONGOING))


def _entry(activity: Json, item: Item | None) -> Json:
    told: Json = {"activity": activity, "hours": None, "is_open": None, "leg": None}
    if item is None or item.spot is None or item.day is None or item.kind not in VISITS:
        return told
    windows = open_windows(item.spot, item.day)
    if windows is None:
        return told
    hours = [{"opens": clock(low), "closes": clock(high)} for low, high in windows]
    return {**told, "hours": hours, "is_open": is_open(item, item.spot)}


def _add_legs(items: Sequence[Json], meant: Meant) -> None:
    """From each that has a place to the next that has one; ideas are passed over."""
    last: Json | None = None
    for entry in items:
        item = meant.get(entry["activity"]["id"])
        if item is None or item.arrives_at is None:
            continue
        start = meant[last["activity"]["id"]].leaves_from if last else None
        if last and start:
            last["leg"] = {"to": item.id, **_leg(Point(*start), Point(*item.arrives_at))}
        last = entry


def _leg(start: Point, end: Point) -> Json:
    mode = usual_mode(start, end)
    return {"mode": mode, **asdict(estimate_leg(start, end, mode))}


def _spots(activities: Sequence[Json], meant: Meant) -> list[Spot]:
    items = [meant[one["id"]] for one in activities if one["id"] in meant]
    return [spot for item in items for spot in (item.spot, item.end_spot) if spot]


def _costs(activities: Sequence[Json], meant: Meant) -> list[Json]:
    sums = Counter[str]()
    for one in activities:
        if one["id"] in meant and one["cost_minor"] is not None:
            sums[one["currency"]] += one["cost_minor"]
    return [{"currency": code, "cost_minor": sums[code]} for code in sorted(sums)]


def _sun(spot: Spot, day: date) -> Json | None:
    if not spot.knows_zone:
        return None
    sun = sun_up(spot, day)
    return {
        "timezone": spot.timezone,
        "sunrise": None if sun is None else clock(sun.rises),
        "sunset": None if sun is None or sun.sets is None else clock(sun.sets),
    }


def _holidays(spots: Sequence[Spot], day: date) -> Iterator[Json]:
    for country in sorted({spot.country_code for spot in spots}):
        for name in holidays_on(country, day) or ():
            yield {"country_code": country, "name": name}
