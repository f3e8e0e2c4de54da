"""A trip as the checker reads it: plain frozen values of a snapshot, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from wandr.ai.planner.model import Pace, Point
from wandr.zones import known_zone

NOT_MEANT: Final = frozenset({"idea", "cancelled"})
FIXED: Final = frozenset({"booked", "done"})
NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Terms:
    """What a plan is held against beside the trip itself. `budget_minor` is in `currency`."""

    pace: Pace = "normal"
    budget_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Spot:
    """Where something takes place. What is not known of it is None."""

    location_id: str
    name: str
    kind: str
    latitude: float
    longitude: float
    timezone: str
    country_code: str
    hours: str | None
    indoor: bool | None
    knows_zone: bool = True  # else `timezone` is UTC, for want of another

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Item:
    """An activity that is to take place. Its times are in the zones of where it begins and ends;
    one without a start is for some time of its day. `people` are all members unless it says so."""

    id: str
    title: str
    kind: str
    day: date | None
    end_day: date | None
    start: datetime | None
    end: datetime | None
    spot: Spot | None
    end_spot: Spot | None
    people: frozenset[str]
    is_fixed: bool
    cost_minor: int | None
    currency: str | None

    @property
    def last_day(self) -> date | None:
        return self.end_day or self.day

    @property
    def minutes(self) -> int | None:
        """How long it takes; None when that is not known."""
        if self.start is None or self.end is None:
            return None
        return minutes_between(self.start, self.end)

    @property
    def leaves_from(self) -> Point | None:
        spot = self.end_spot or self.spot
        return spot.point if spot else None

    @property
    def arrives_at(self) -> Point | None:
        return self.spot.point if self.spot else None

    def starting(self, start: datetime) -> Item:
        """The same, of the same length, at another time."""
        end = None
        if self.minutes is not None and self.end is not None:
            until = start.astimezone(UTC) + timedelta(minutes=self.minutes)
            end = until.astimezone(self.end.tzinfo)
        end_day = None if self.end_day is None or end is None else end.date()
        return replace(self, day=start.date(), start=start, end=end, end_day=end_day)


@dataclass(frozen=True)
class Itinerary:
    """What a group has planned. `items` are in order of time."""

    trip_id: str
    first: date | None
    last: date | None
    currency: str | None
    people: frozenset[str]
    items: tuple[Item, ...]
    terms: Terms

    @cached_property
    def days(self) -> Mapping[date, tuple[Item, ...]]:
        """The items that begin on each day, in order."""
        return _by_day(self.items)

    @cached_property
    def schedules(self) -> tuple[tuple[Item, ...], ...]:
        """The timed items, stays aside, that one and the same people go through, in order."""
        timed = [item for item in self.items if item.start is not None and item.kind != "stay"]
        each = {tuple(one for one in timed if person in one.people) for person in self.people}
        return tuple(sorted(each, key=lambda items: [item.id for item in items]))

    def scheduled_days(self) -> Iterator[tuple[date, tuple[Item, ...]]]:
        """Of each schedule the days, with what begins in them; what several share comes once."""
        seen = set()
        for schedule in self.schedules:
            for day, items in _by_day(schedule).items():
                if items not in seen:
                    seen.add(items)
                    yield day, items

    def around(self, items: Iterable[Item]) -> Itinerary:
        """The part that these can touch: their days, and those beside them."""
        near = {
            day + timedelta(days=step)
            for item in items
            for day in (item.day, item.last_day)
            if day is not None
            for step in (-1, 0, 1)
        }
        return replace(self, items=tuple(one for one in self.items if one.day in near))

    def instead(self, old: Item, new: Item | None) -> Itinerary:
        """The same with one item in place of another, or without it."""
        rest = [item for item in self.items if item.id != old.id]
        return replace(self, items=in_order([*rest, new] if new else rest))

    def item(self, item_id: str) -> Item:
        return next(item for item in self.items if item.id == item_id)


def read_itinerary(
    snapshot: Mapping[str, Any],
    *,
    terms: Terms,
    known: Mapping[str, Mapping[str, Any]] | None = None,
) -> Itinerary:
    """The itinerary of a snapshot as `GET …/snapshot` gives it.

    `known` are attributes of locations by id (`indoor`): the copies in the snapshot have none.
    """
    trip = snapshot["trip"]
    people = frozenset(member["user_id"] for member in snapshot["members"])
    meant = [
        activity
        for activity in snapshot["entities"]["activity"]
        if activity["status"] not in NOT_MEANT and activity["kind"] != "note"
    ]
    return Itinerary(
        trip_id=trip["id"],
        first=_day(trip["start_date"]),
        last=_day(trip["end_date"]),
        currency=trip["currency"],
        people=people,
        items=in_order(_item(one, trip, people, known or {}) for one in meant),
        terms=terms,
    )


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(
        sorted(items, key=lambda item: (item.start or NEVER, item.day or date.max, item.id))
    )


def minutes_between(start: datetime, end: datetime) -> int:
    """What passes between two moments, by UTC: within one zone, Python overlooks changed clocks."""
    return round((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 60)


def titles(items: Sequence[Item]) -> str:
    """The names of items, as they stand in a sentence."""
    return " and ".join(f"“{item.title}”" for item in items)


def _by_day(items: Iterable[Item]) -> dict[date, tuple[Item, ...]]:
    days: dict[date, list[Item]] = {}
    for item in items:
        if item.day is not None:
            days.setdefault(item.day, []).append(item)
    return {day: tuple(found) for day, found in sorted(days.items())}


def _item(
    activity: Mapping[str, Any],
    trip: Mapping[str, Any],
    people: frozenset[str],
    known: Mapping[str, Mapping[str, Any]],
) -> Item:
    place = activity["location"]
    zone = known_zone(activity["timezone"], place and place["timezone"], trip["timezone"]) or "UTC"
    end_zone = known_zone(activity["end_timezone"]) or zone
    day, end_day = _day(activity["day"]), _day(activity["end_day"])
    return Item(
        id=activity["id"],
        title=activity["title"],
        kind=activity["kind"],
        day=day,
        end_day=end_day,
        start=_moment(day, activity["start_time"], zone),
        end=_moment(end_day or day, activity["end_time"], end_zone),
        spot=_spot(place, known),
        end_spot=_spot(activity["end_location"], known),
        people=frozenset(activity["participants"]) & people or people,
        is_fixed=activity["locked"] or activity["status"] in FIXED,
        cost_minor=activity["cost_minor"],
        currency=activity["currency"],
    )


def _spot(
    location: Mapping[str, Any] | None, known: Mapping[str, Mapping[str, Any]]
) -> Spot | None:
    if location is None:
        return None
    zone = known_zone(location["timezone"])
    return Spot(
        location_id=location["id"],
        name=location["name"],
        kind=location["kind"],
        latitude=location["latitude"],
        longitude=location["longitude"],
        timezone=zone or "UTC",
        country_code=location["country_code"] or "",
        hours=location["hours"],
        indoor=known.get(location["id"], {}).get("indoor"),
        knows_zone=zone is not None,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(day: date | None, text: str | None, zone: str) -> datetime | None:
    if day is None or text is None:
        return None
    return datetime.combine(day, time.fromisoformat(text), ZoneInfo(zone))
