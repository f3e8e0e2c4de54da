"""How one mishap is mended, around all that stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import ceil
from typing import Final

from wandr.ai.planner.frames import GONE, STAY_KINDS, minute_of, times_of
from wandr.ai.planner.model import Place, PlannedVisit, Point, Stop, Wishes
from wandr.ai.planner.planner import plan
from wandr.ai.planner.scoring import FAR_AWAY_METRES
from wandr.ai.planner.travel import metres_between
from wandr.ai.planner.visits import clock
from wandr.ai.repair.mishaps import Mishap
from wandr.ai.repair.model import Addition, Move, Repair, Trip
from wandr.locations.hours import Window

SETTLED: Final = frozenset(["booked", "done"])
LEAST_SHARE: Final = 0.6  # of a typical visit, where a hole is short
WIDER: Final = 60  # minutes around a hole with nothing before it, or behind it
DAY_ENDS: Final = 22 * 60


class Mending:
    """The repair of one mishap."""

    def __init__(self, trip: Trip, mishap: Mishap, done: Repair, mishaps: Sequence[Mishap]) -> None:
        self.trip, self.mishap, self.done, self.mishaps = trip, mishap, done, mishaps
        self.today = [
            stop
            for stop in trip.stops
            if stop.day == mishap.day and stop.status not in GONE and stop.kind not in STAY_KINDS
        ]
        self.from_minute = _arrival(mishap, self.today) if mishap.cause == "late" else 0
        self.spoiled = [stop for stop in self.today if self._is_spoiled(stop, mishap)]
        if mishap.cause == "late":
            done.arrivals[mishap.day] = self.from_minute

    def run(self) -> None:
        settled = [one for one in self.spoiled if one.locked or one.status in SETTLED]
        for stop in settled:
            if stop.status != "done":
                self.done.notes.append(f"{stop.title} is settled: I leave it. {self._why(stop)}")
        loose = [one for one in self.spoiled if one not in settled]
        kept = [stop for stop in self.trip.stops if stop not in loose]
        if self.mishap.cause == "late":
            left = self._later_today(loose, kept)
        else:
            left = [stop for stop in loose if not self._to_another_day(stop, kept)]
            self._fill(loose, kept)
        for stop in left:
            if self.mishap.cause != "late" or not self._to_another_day(stop, kept):
                self._put_aside(stop)
        if not self.spoiled:
            self.done.notes.append(f"{self._what()} Nothing that is planned has to change.")
        self._tell_unknown()

    def _is_spoiled(self, stop: Stop, by: Mishap) -> bool:
        if by.cause == "rain":
            place = self.trip.places.get(stop.place_id or "")
            return place is not None and place.indoor is False
        if by.cause == "closed":
            return stop.id in by.stop_ids
        return (
            stop.kind != "transport"
            and stop.start is not None
            and (minute_of(stop.start) < self.from_minute)
        )

    def _later_today(self, loose: Sequence[Stop], kept: list[Stop]) -> list[Stop]:
        """Move what still fits into the day behind the delay; what does not is left."""
        day = self.mishap.day
        places = {stop.id: place for stop in loose if (place := self._place_of(stop))}
        wishes = Wishes(
            days=(day,),
            pace="full",
            named_places=tuple(dict.fromkeys(place.name for place in places.values())),
            day_start=clock(self.from_minute),
        )
        found = {
            one.place_id: one for one in self._plan(wishes, list(places.values()), kept, base=None)
        }
        for stop in loose:
            if visit := found.get(stop.id):
                after = tuple(one.id for one in loose if one is not stop and _meet(one, visit))
                why = f"{self._what()} {stop.title} begins at {visit.start:%H:%M} instead."
                self._move(stop, visit, why, kept, after=after)
        return [stop for stop in loose if stop.id not in found]

    def _to_another_day(self, stop: Stop, kept: list[Stop]) -> bool:
        """Move it to the nearest day that has room, where it is open; whether there is one."""
        place = self._place_of(stop)
        if place is None:
            return False
        for day in self._other_days(stop):
            wishes = Wishes(days=(day,), pace="full", named_places=(place.name,))
            for visit in self._plan(wishes, [place], kept, base=place.point):
                why = f"{self._why(stop)} It moves to {day:%A}, {day} at {visit.start:%H:%M}."
                self._move(stop, visit, why, kept)
                return True
        return False

    def _other_days(self, stop: Stop) -> list[date]:
        others = (one for one in self.mishaps if one.cause != "late")
        bad = {self.mishap.day, *(one.day for one in others if self._is_spoiled(stop, one))}
        near = [day for day in self.trip.days if day not in bad and self._is_near(stop, day)]
        return sorted(near, key=lambda day: (abs((day - self.mishap.day).days), day))

    def _is_near(self, stop: Stop, day: date) -> bool:
        points = [one.point for one in self.trip.stops if one.day == day and one.point]
        return stop.point is not None and all(
            metres_between(stop.point, point) <= FAR_AWAY_METRES for point in points
        )

    def _fill(self, loose: Sequence[Stop], kept: list[Stop]) -> None:
        """Put as many other places into the holes as there are, of the kinds that went."""
        holes = [stop for stop in loose if stop.start is not None]
        if not holes:
            return
        spans = [self._hole(stop, kept) for stop in holes]
        wishes = replace(
            self.trip.wishes,
            days=(self.mishap.day,),
            spare_days=(),
            pace="full",
            interests=self._likings(holes) or self.trip.wishes.interests,
            day_start=clock(min(low for low, _ in spans)),
            day_end=clock(max(high for _, high in spans)),
        )
        visits = self._plan(wishes, list(self._others(holes)), kept, base=holes[0].point)
        ranked = sorted(visits, key=lambda one: -max(_shared(_times(one), s) for s in spans))
        for visit in ranked[: len(holes)]:
            gone = [one for one in holes if _meet(one, visit)] or holes
            why = f"{visit.reason}; instead of {' and '.join(one.title for one in gone)}"
            self.done.additions.append(Addition(visit, why, tuple(one.id for one in gone)))
            kept.append(as_stop(visit, self.trip.places))

    def _hole(self, stop: Stop, kept: Sequence[Stop]) -> Window:
        """The time that is free once a stop has gone: from what is before it to what follows, or
        an hour more than it took."""
        start, end = times_of(stop)
        timed = [times_of(one) for one in kept if one.day == stop.day and one.start is not None]
        low = max((high for _, high in timed if high <= start), default=start - WIDER)
        high = min((low for low, _ in timed if low >= end), default=end + WIDER)
        return max(0, low, self.done.arrivals.get(self.mishap.day, 0)), min(high, DAY_ENDS)

    def _likings(self, stops: Sequence[Stop]) -> dict[str, float]:
        """What went, as wishes: its kinds first, its interests then."""
        places = [place for one in stops if (place := self.trip.places.get(one.place_id or ""))]
        likings = {interest: 0.7 for place in places for interest in sorted(place.interests)}
        return likings | {place.kind: 0.9 for place in places}

    def _others(self, holes: Sequence[Stop]) -> Iterator[Place]:
        used = {stop.place_id for stop in self.trip.stops}
        points = [stop.point for stop in holes if stop.point]
        room = max(high - low for low, high in map(times_of, holes))
        for id, place in sorted(self.trip.places.items()):
            near = not points or metres_between(points[0], place.point) <= FAR_AWAY_METRES
            dry = self.mishap.cause != "rain" or place.indoor is True
            if id not in used and near and dry:
                yield replace(place, minutes=min(place.minutes, max(room, _short(place))))

    def _plan(
        self, wishes: Wishes, places: Sequence[Place], kept: Sequence[Stop], *, base: Point | None
    ) -> tuple[PlannedVisit, ...]:
        return plan(wishes, places, kept, seed=self.trip.seed, base=base).items

    def _place_of(self, stop: Stop) -> Place | None:
        """The stop as a place that is visited for as long as it was planned to be."""
        place = self.trip.places.get(stop.place_id or "")
        if place is None:
            return None
        low, high = times_of(stop) if stop.start else (0, place.minutes)
        return replace(place, id=stop.id, name=stop.title, minutes=max(5, high - low))

    def _move(
        self,
        stop: Stop,
        visit: PlannedVisit,
        reason: str,
        kept: list[Stop],
        *,
        after: tuple[str, ...] = (),
    ) -> None:
        timed = stop.start is not None
        start, end = (visit.start, visit.end) if timed else (None, None)
        self.done.move(Move(stop, visit.day, start, end, reason, after))
        kept.append(replace(stop, day=visit.day, start=start, end=end))

    def _put_aside(self, stop: Stop) -> None:
        why = f"{self._why(stop)} It fits in on no other day, and becomes an idea again."
        self.done.move(Move(stop, None, None, None, why))

    def _tell_unknown(self) -> None:
        if self.mishap.cause != "rain":
            return
        unknown = [
            stop.title
            for stop in self.today
            if (place := self.trip.places.get(stop.place_id or "")) is None or place.indoor is None
        ]
        if unknown:
            self.done.notes.append(f"Whether it is indoors is unknown of: {', '.join(unknown)}.")

    def _what(self) -> str:
        day = f"{self.mishap.day:%A}, {self.mishap.day}"
        if self.mishap.cause == "rain":
            return f"It rains on {day}."
        if self.mishap.cause == "closed":
            return f"It is closed on {day}."
        return f"On {day} you are there from {clock(self.from_minute):%H:%M} on."

    def _why(self, stop: Stop) -> str:
        if self.mishap.cause == "rain":
            return f"{self._what()} {stop.title} is outdoors."
        if self.mishap.cause == "closed":
            return f"{stop.title} is closed on {self.mishap.day:%A}, {self.mishap.day}."
        return self._what()


def _fromminute_of(mishap: Mishap, today: Sequence[Stop]) -> int:
    """From when on the travellers are there: as said, or so much later than planned."""
    if mishap.arrive_at is not None:
        return mishap.arrive_at
    timed = sorted((stop for stop in today if stop.start), key=times_of)
    if not timed:
        return mishap.late_minutes
    first = timed[0]
    arrival = times_of(first)[1] if first.kind == "transport" else times_of(first)[0]
    return min(24 * 60 - 1, arrival + mishap.late_minutes)


def _arrival(mishap: Mishap, today: Sequence[Stop]) -> int:
    """From which minute on the travellers are there: as said, or so much later than planned."""
    if mishap.arrive_at is not None:
        return mishap.arrive_at
    timed = sorted((stop for stop in today if stop.start), key=times_of)
    if not timed:
        return mishap.late_minutes
    start, end = times_of(timed[0])
    planned = end if timed[0].kind == "transport" else start
    return min(24 * 60 - 1, planned + mishap.late_minutes)


def _short(place: Place) -> int:
    """The least time for which a visit is worth it."""
    return ceil(place.minutes * LEAST_SHARE / 5) * 5


def as_stop(visit: PlannedVisit, places: Mapping[str, Place]) -> Stop:
    """A planned visit as something to plan around."""
    place = places[visit.place_id]
    return Stop(
        id=visit.key,
        day=visit.day,
        start=visit.start,
        end=visit.end,
        place_id=visit.place_id,
        latitude=place.latitude,
        longitude=place.longitude,
        kind=visit.kind,
        title=visit.title,
        locked=False,
        status="planned",
    )


def _meet(stop: Stop, visit: PlannedVisit) -> bool:
    """Whether the stop stands where the visit is to be."""
    timed = stop.day == visit.day and stop.start is not None
    return timed and _shared(times_of(stop), _times(visit)) > 0


def _shared(one: Window, other: Window) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _times(visit: PlannedVisit) -> Window:
    return minute_of(visit.start), minute_of(visit.end)
