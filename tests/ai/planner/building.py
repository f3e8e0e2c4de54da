"""Places, stops and wishes for the planner's tests: a small made-up town on a grid of walks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise

from wandr.ai.planner.model import Place, Plan, PlannedVisit, Stop, Wishes

MONDAY = date(2027, 3, 1)
WEEK = tuple(MONDAY + timedelta(days=number) for number in range(7))
STEP = 0.004  # degrees of latitude: about 445 m, an 8 minute walk


def place(id: str, *, at: tuple[float, float] = (0, 0), **changes: object) -> Place:
    """A temple open from 9 to 17, `at` steps north and east of the middle of the town."""
    temple = Place(
        id=id,
        name=id.replace("-", " ").title(),
        kind="temple",
        latitude=35.0 + at[0] * STEP,
        longitude=135.75 + at[1] * STEP,
        timezone="Asia/Tokyo",
        country_code="JP",
        hours="09:00-17:00",
        minutes=60,
        indoor=True,
        prominence=3,
        interests=frozenset({"culture"}),
        price_band=1,
        source="test",
        source_id=id,
    )
    return replace(temple, **changes)


def town(count: int) -> list[Place]:
    """Temples in rows of four, each row a bus ride away from the one before."""
    return [
        place(f"temple-{n:02}", at=(n // 4 * 5, n % 4), prominence=1 + n % 5) for n in range(count)
    ]


def restaurants(count: int) -> list[Place]:
    return [
        place(
            f"eatery-{n}",
            at=(n * 5, 1.5),
            kind="food",
            hours="11:00-22:00",
            interests=frozenset({"food"}),
        )
        for n in range(count)
    ]


def stop(id: str, day: date, start: str = "", end: str = "", **changes: object) -> Stop:
    """An activity in the middle of the town; "10:00" for a time, nothing for none."""
    activity = Stop(
        id=id,
        day=day,
        start=time.fromisoformat(start) if start else None,
        end=time.fromisoformat(end) if end else None,
        place_id=None,
        latitude=35.0,
        longitude=135.75,
        kind="activity",
        title=id,
        locked=False,
        status="planned",
    )
    return replace(activity, **changes)


def wishes(days: int = 1, **changes: object) -> Wishes:
    return replace(Wishes(days=WEEK[:days]), **changes)


def minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def on_day(plan: Plan, day: date) -> list[PlannedVisit]:
    return [item for item in plan.items if item.day == day]


def neighbours(plan: Plan) -> Iterator[tuple[PlannedVisit, PlannedVisit]]:
    """Each visit with the next one of its day."""
    for before, after in pairwise(plan.items):
        if before.day == after.day:
            yield before, after


def ids(plan: Plan) -> list[str]:
    return [item.place_id for item in plan.items]
