"""What mends a finding. Each fix is tried: it removes the finding, and brings no other error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final, NamedTuple

from wandr.ai.checker import opening, when, where
from wandr.ai.checker.itinerary import Item, Itinerary
from wandr.ai.planner.model import Finding, Ops
from wandr.locations.hours import open_windows

MOST_FIXES: Final = 2
MOST_TRIED: Final = 8
MOST_AROUND: Final = 200  # items in the days that a fix can touch
MOST_WRONG: Final = 100  # errors in them: beyond, nothing simple helps
STEP: Final = 5  # minutes: people meet at 10:35, not at 10:37
DAY_ENDS: Final = time(22)
# What one item does to its neighbours, and they to it.
TRIED_BY: Final = (
    when.outside_dates,
    when.overlaps,
    when.too_far,
    when.long_days,
    opening.closed,
    where.same_place_twice,
)


Key = tuple[str, tuple[str, ...]]


class Swap(NamedTuple):
    """An item, and what takes its place: nothing when it is to go."""

    old: Item
    new: Item | None


def fixes_of(plan: Itinerary, finding: Finding) -> tuple[Ops, ...]:
    """Up to two ways to mend it, the gentler first; none where nothing simple helps."""
    candidates = _CANDIDATES.get(finding.code)
    if finding.code == "outside_dates":
        return tuple(_within_dates(plan, plan.item(finding.entity_ids[0])))
    if candidates is None:
        return ()
    tried = islice(candidates(plan, finding), MOST_TRIED)
    mending = (swap for swap in tried if _mends(plan, swap, finding))
    return tuple([_op(swap)] for swap in islice(mending, MOST_FIXES))


def _within_dates(plan: Itinerary, item: Item) -> Iterator[Ops]:
    """Its day is taken away, unless it is settled; or the trip gets longer."""
    if not item.is_fixed:
        yield [_update(item, {"day": None, "end_day": None, "start_time": None, "end_time": None})]
    if plan.first and plan.last and item.day and item.last_day:
        dates = {
            "start_date": f"{min(plan.first, item.day)}",
            "end_date": f"{max(plan.last, item.last_day)}",
        }
        yield [{"op": "update", "entity": "trip", "id": plan.trip_id, "fields": dates}]


def _later(plan: Itinerary, finding: Finding) -> Iterator[Swap]:
    """What comes second a little later, or what comes first a little earlier."""
    first, second = (plan.item(item_id) for item_id in finding.entity_ids)
    way = when.way_between(first, second)
    needed = timedelta(minutes=way.minutes if way else 0)
    if first.end is not None and second.start is not None and not second.is_fixed:
        yield Swap(second, second.starting(_rounded(first.end + needed, second.start)))
    if first.start and second.start and first.minutes is not None and not first.is_fixed:
        latest = second.start - needed - timedelta(minutes=first.minutes)
        yield Swap(first, first.starting(_rounded(latest, first.start, up=False)))
    for item in (second, first):
        if not item.is_fixed:
            yield from _when_open(plan, item)


def _open(plan: Itinerary, finding: Finding) -> Iterator[Swap]:
    item = plan.item(finding.entity_ids[0])
    if not item.is_fixed:
        yield from _when_open(plan, item)


def _once(plan: Itinerary, finding: Finding) -> Iterator[Swap]:
    """The later one goes; the earlier one when the later is settled."""
    for item_id in reversed(finding.entity_ids):
        if not (item := plan.item(item_id)).is_fixed:
            yield Swap(item, None)


_CANDIDATES: Final[Mapping[str, Callable[[Itinerary, Finding], Iterator[Swap]]]] = {
    "overlap": _later,
    "contradicts_fixed": _later,
    "no_time_to_travel": _later,
    "closed": _open,
    "same_place_twice": _once,
}


def _when_open(plan: Itinerary, item: Item) -> Iterator[Swap]:
    """Other times for a visit while its place is open: the same day, then the others, near first;
    of each opening the time nearest to the one it had, its beginning and the gaps in the day."""
    if item.start is None or item.spot is None or plan.first is None or plan.last is None:
        return
    minutes = item.minutes or 0
    dates = [plan.first + timedelta(days=n) for n in range((plan.last - plan.first).days + 1)]
    own = item.start.date()
    for day in sorted(dates, key=lambda one: (abs(one - own), one)):
        for low, high in open_windows(item.spot, day) or ():
            high = min(high, DAY_ENDS.hour * 60)
            if high - low >= minutes:
                for minute in _starts(plan, item, (low, high - minutes), day):
                    clock = time(minute // 60, minute % 60)
                    start = datetime.combine(day, clock, item.start.tzinfo)
                    yield Swap(item, item.starting(start))


def _starts(plan: Itinerary, item: Item, window: tuple[int, int], day: date) -> Sequence[int]:
    low, high = window
    wanted = 0 if item.start is None else item.start.hour * 60 + item.start.minute
    ends = [low]
    for other in plan.days.get(day, ()):
        if other.end is not None and other.id != item.id and other.end.date() == day:
            way = when.way_between(other, item)
            needed = way.minutes if way else 0
            ends.append(other.end.hour * 60 + other.end.minute + needed)
    rounded = {-(-end // STEP) * STEP for end in ends}
    near = min(max(wanted, low), high)
    return sorted(
        {near, *(end for end in rounded if low <= end <= high)}, key=lambda m: abs(m - near)
    )


def _mends(plan: Itinerary, swap: Swap, finding: Finding) -> bool:
    """Whether nothing is wrong after it but what was wrong before, and no longer this."""
    if swap.new and swap.new.end and swap.new.end.date() != swap.new.last_day:
        return False  # it would go on past midnight
    touched = [swap.old, swap.new or swap.old, *map(plan.item, finding.entity_ids)]
    before = plan.around(touched)
    if len(before.items) > MOST_AROUND or len(wrong := _wrong_in(before)) > MOST_WRONG:
        return False
    left = _wrong_in(before.instead(swap.old, swap.new))
    return _key(finding) not in left and left <= wrong


def _wrong_in(plan: Itinerary) -> set[Key]:
    found = (_key(finding) for rule in TRIED_BY for finding in rule(plan))
    return set(islice(found, MOST_WRONG + 1))


def _key(finding: Finding) -> Key:
    return finding.code, tuple(sorted(finding.entity_ids))


def _rounded(moment: datetime, like: datetime, *, up: bool = True) -> datetime:
    """A time that people would choose, in the zone of another."""
    local = moment.astimezone(like.tzinfo)
    over = local.minute % STEP
    shift = (STEP - over) % STEP if up else -over
    return local + timedelta(minutes=shift)


def _op(swap: Swap) -> Mapping[str, object]:
    if swap.new is None:
        return {"op": "delete", "entity": "activity", "id": swap.old.id}
    start, end = swap.new.start, swap.new.end
    fields = {
        "day": f"{swap.new.day}",
        "start_time": None if start is None else f"{start:%H:%M}",
        "end_time": None if end is None else f"{end:%H:%M}",
        "end_day": None if swap.new.end_day is None else f"{swap.new.end_day}",
    }
    if swap.new.day == swap.old.day:
        del fields["day"]
    if swap.new.end_day == swap.old.end_day:
        del fields["end_day"]
    return _update(swap.old, fields)


def _update(item: Item, fields: Mapping[str, object]) -> Mapping[str, object]:
    return {"op": "update", "entity": "activity", "id": item.id, "fields": dict(fields)}
