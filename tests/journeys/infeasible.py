"""Wishes that cannot all be met, by construction: a hundred of four kinds; and as many that can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from random import Random

from tests.journeys.judge import MOST_A_DAY, Known, Visit, is_open
from tests.journeys.made_up import catalogue, cities
from tests.journeys.planning import place_of
from wandr.ai.planner.conflicts import Conflict, find_conflict, wishes_in
from wandr.ai.planner.model import Place, Plan, Wishes
from wandr.ai.planner.planner import plan

YEAR = [date(2027, 2, 1) + timedelta(days=n) for n in range(300)]
KINDS = ("closed", "banned", "crowded", "hurried")


@dataclass(frozen=True)
class Asked:
    """Wishes, and the places of their city."""

    wishes: Wishes
    places: tuple[Place, ...]
    seed: int

    def plan(self, wishes: Wishes) -> Plan:
        return plan(wishes, self.places, [], seed=self.seed)

    def conflict(self) -> Conflict | None:
        planned = self.plan(self.wishes)
        return find_conflict(self.wishes, planned, self.places, [], again=self.plan)

    def is_irreducible(self, conflict: Conflict) -> bool:
        """Whether the conflicting wishes alone conflict, and without any one of them no longer."""
        changes = {wish.said: wish.without for wish in wishes_in(self.wishes, self.places)}
        alone = self.wishes
        for said in changes.keys() - set(conflict.wishes):
            alone = changes[said](alone)
        less = [changes[said](alone) for said in conflict.wishes]
        return not self.holds_all(alone) and all(map(self.holds_all, less))

    def holds_all(self, wishes: Wishes) -> bool:
        """Whether a plan is found that holds every place named in these wishes."""
        planned = {item.title for item in self.plan(wishes).items}
        return set(wishes.named_places) <= planned


def impossible(seed: int) -> Asked:
    """Wishes of which the arithmetic, or the doors, say that they cannot all be met."""
    dice = Random(seed)
    return {"closed": _closed, "banned": _banned, "crowded": _crowded, "hurried": _hurried}[
        KINDS[seed % len(KINDS)]
    ](dice, seed)


def possible(seed: int) -> Asked:
    """One sight that is open on every day of a trip of three."""
    dice = Random(seed)
    sights = _city(dice)
    days = _days(dice, 3)
    sight = dice.choice([one for one in sights if all(_opens(one, day) for day in days)])
    return _asked(seed, sights, days, [sight])


def _closed(dice: Random, seed: int) -> Asked:
    """A sight, on a day on which it does not open at all."""
    while True:
        sights, (day,) = _city(dice), _days(dice, 1)
        shut = [one for one in sights if one.hours and not _opens(one, day)]
        if shut:
            return _asked(seed, sights, (day,), [dice.choice(shut)])


def _banned(dice: Random, seed: int) -> Asked:
    """A sight, and nothing of its kind."""
    sights, days = _city(dice), _days(dice, 2)
    sight = dice.choice([one for one in sights if all(_opens(one, day) for day in days)])
    asked = _asked(seed, sights, days, [sight])
    return replace(asked, wishes=replace(asked.wishes, avoid=frozenset([sight.kind])))


def _crowded(dice: Random, seed: int) -> Asked:
    """More sights in one relaxed day than it has visits, or minutes."""
    most_visits, _ = MOST_A_DAY["relaxed"]
    while True:
        sights, (day,) = _city(dice), _days(dice, 1)
        open_ones = [one for one in sights if one.kind != "food" and _opens(one, day)]
        if len(open_ones) > most_visits:
            named = dice.sample(open_ones, most_visits + 1)
            asked = _asked(seed, sights, (day,), named)
            return replace(asked, wishes=replace(asked.wishes, pace="relaxed"))


def _hurried(dice: Random, seed: int) -> Asked:
    """Three sights in a forenoon that is shorter than they take."""
    while True:
        sights, (day,) = _city(dice), _days(dice, 1)
        open_ones = [one for one in sights if one.kind != "food" and _opens(one, day)]
        named = dice.sample(open_ones, min(3, len(open_ones)))
        if sum(one.minutes for one in named) > 120:
            asked = _asked(seed, sights, (day,), named)
            times = {"day_start": time(10), "day_end": time(12)}
            return replace(asked, wishes=replace(asked.wishes, **times))


def _asked(seed: int, sights: list[Known], days: tuple[date, ...], named: list[Known]) -> Asked:
    names = tuple(sorted({one.name for one in named}))
    places = tuple(place_of(one) for one in sights)
    return Asked(Wishes(days=days, named_places=names), places, seed)


def _city(dice: Random) -> list[Known]:
    ids = cities()[dice.choice(sorted(cities()))]
    return [catalogue()[one] for one in ids]


def _days(dice: Random, count: int) -> tuple[date, ...]:
    first = dice.choice(YEAR)
    return tuple(first + timedelta(days=n) for n in range(count))


def _opens(sight: Known, day: date) -> bool:
    """Whether a whole visit fits into an opening of that day, at any hour."""
    return not sight.hours or any(True for _ in _slots(sight, day))


def _slots(sight: Known, day: date) -> Iterator[int]:
    for start in range(8 * 60, 22 * 60 - sight.minutes, 30):
        end = start + sight.minutes
        begin, until = (time(*divmod(minute, 60)) for minute in (start, end))
        if is_open(sight, Visit(sight.id, sight.name, day, begin, until)):
            yield start
