"""From solved days to proposed visits: times, reasons in words, evidence, findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time

from wandr.ai.planner.days import DaySolution, Scheduled
from wandr.ai.planner.frames import Frame
from wandr.ai.planner.model import Evidence, Finding, Place, PlannedVisit, Point, Wishes
from wandr.ai.planner.options import SIGHT, Option
from wandr.ai.planner.scoring import is_wished
from wandr.ai.planner.travel import Leg, leg_between
from wandr.locations.hours import knows_holidays, open_windows


@dataclass(frozen=True)
class Stand:
    """Where the traveller is before a visit, and what that is called."""

    name: str
    point: Point | None


def visits_of(
    solution: DaySolution, frame: Frame, options: Mapping[str, Option], wishes: Wishes
) -> Iterator[PlannedVisit]:
    """The planned visits of a day in order; fixed blocks and free meals are not among them."""
    before = Stand("where you stay", frame.base) if frame.base else None
    for scheduled in solution.schedule:
        node = scheduled.node
        option = options.get(node.key)
        if option:
            yield _visit(scheduled, option, frame, before=before, wishes=wishes)
            before = Stand(option.place.name, option.place.point)
        elif node.moves:
            before = Stand(frame.titles.get(node.key, "the stop before"), node.leave_from)


def _visit(
    scheduled: Scheduled, option: Option, frame: Frame, *, before: Stand | None, wishes: Wishes
) -> PlannedVisit:
    place, start = option.place, scheduled.start
    leg = leg_between(before.point, place.point, frame.longest_walk) if before else None
    return PlannedVisit(
        key=f"{frame.day.isoformat()}:{place.id}",
        place_id=place.id,
        title=place.name,
        kind=place.kind,
        day=frame.day,
        start=clock(start),
        end=clock(start + scheduled.node.minutes),
        reason="; ".join(_reasons(option, frame, wishes=wishes, way=_way(leg, before))),
        evidence=_evidence(place),
        findings=tuple(_findings(place, frame, leg)),
    )


def _way(leg: Leg | None, before: Stand | None) -> str:
    if leg is None or before is None:
        return "first visit of the day"
    if leg.mode == "unknown":
        return (
            f"{leg.minutes} min allowed for the way from {before.name}, whose position is unknown"
        )
    by = "walk" if leg.mode == "walk" else f"by {leg.mode}"
    return f"{leg.minutes} min {by} from {before.name} (estimate)"


def _reasons(option: Option, frame: Frame, *, wishes: Wishes, way: str) -> Iterator[str]:
    if option.role != SIGHT:
        yield option.role
    if is_wished(option.place, wishes):
        yield (
            f"{option.place.kind}, as wished"
            if option.place.kind in wishes.interests
            else "as wished"
        )
    yield way
    windows = open_windows(option.place, frame.day)
    if windows is None:
        yield "opening hours unknown"
    elif windows == ((0, 24 * 60),):
        yield "always open"
    else:
        yield "usually open " + ", ".join(f"{_hour(low)}–{_hour(high)}" for low, high in windows)


def _evidence(place: Place) -> tuple[Evidence, ...]:
    fields = ["position", "minutes", *(["hours"] if place.hours else [])]
    return tuple(Evidence(place.source, place.source_id, field) for field in fields)


def _findings(place: Place, frame: Frame, leg: Leg | None) -> Iterator[Finding]:
    day = frame.day.isoformat()
    if open_windows(place, frame.day) is None:
        yield Finding(
            "hours_unknown",
            "warning",
            f"The opening hours of {place.name} on {day} are unknown.",
            {"place_id": place.id, "day": day},
        )
    elif place.hours and "PH" in place.hours and not knows_holidays(place.country_code):
        yield Finding(
            "holidays_unknown",
            "info",
            f"Public holidays of {place.country_code} are unknown; {place.name} may be closed.",
            {"place_id": place.id, "day": day, "country_code": place.country_code},
        )
    if leg and leg.mode == "unknown":
        yield Finding(
            "travel_unknown",
            "info",
            f"How long the way to {place.name} takes is unknown; {leg.minutes} min are allowed.",
            {"place_id": place.id, "minutes": leg.minutes},
        )


def clock(minute: int) -> time:
    """Minutes after midnight as a time of day; midnight itself, as an end, is the last minute."""
    return time(*divmod(min(minute, 24 * 60 - 1), 60))


def _hour(minute: int) -> str:
    return "24:00" if minute == 24 * 60 else f"{minute // 60:02}:{minute % 60:02}"
