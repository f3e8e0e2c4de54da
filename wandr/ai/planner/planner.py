"""The embedded planner: wishes, places and the trip make a plan. Same input, same plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from wandr.ai.planner.brief import Brief, make_brief
from wandr.ai.planner.frames import Frame, days_to_plan, frame_day
from wandr.ai.planner.groups import Menu, group_by_day
from wandr.ai.planner.model import Place, Plan, PlannedVisit, Point, Progress, Stop, Wishes
from wandr.ai.planner.notes import PlannedDay, notes_on
from wandr.ai.planner.options import meal_gaps, options_for
from wandr.ai.planner.scoring import daily_bonuses
from wandr.ai.planner.search import Workbench, improve
from wandr.ai.planner.selfcheck import faults
from wandr.ai.planner.visits import visits_of


def no_progress(_event: str, _values: Mapping[str, object]) -> None:
    """For callers who do not want to know."""


def plan(
    wishes: Wishes,
    places: Sequence[Place],
    stops: Sequence[Stop],
    *,
    seed: int,
    base: Point | None = None,
    progress: Progress = no_progress,
) -> Plan:
    """Plan visits to some of the places, around the stops, on the days wished for.

    `base` is where the travellers sleep on days without a stay among the stops. `progress` is
    called between steps (`wishes`, `candidates`, `day`, `improving`, `checking`); what it raises
    passes through.
    """
    progress("wishes", {"understood": wishes.understood, "not_understood": wishes.not_understood})
    brief = make_brief(wishes, places, stops, base=base)
    progress("candidates", {"count": len(brief.places)})
    frames = [frame_day(day, wishes, stops, base) for day in days_to_plan(wishes, stops)]
    days = _planned_days(brief, frames, Random(seed), progress) if frames else []
    progress("checking", {"days": len(days)})
    visits, dropped = _checked(brief, days)
    return Plan(visits, tuple(notes_on(brief, days, visits, dropped)))


def _planned_days(
    brief: Brief, frames: Sequence[Frame], rng: Random, progress: Progress
) -> list[PlannedDay]:
    menus = [_menu(brief, frame) for frame in frames]
    country = _country(brief.places)
    gaps = [meal_gaps(frame, country) for frame in frames]
    places = {place.id: place for place in brief.places}
    bench = Workbench(frames, menus, gaps, places, daily_bonuses(brief.wishes))
    groups = group_by_day(frames, menus, brief.places, brief.worth)
    for index, group in enumerate(groups):
        progress("day", {"day": index + 1, "of": len(frames)})
        bench.solve(index, group)
    for step in improve(bench, groups, rng):
        progress("improving", {"step": step})
    return [
        _planned_day(brief, frame, menu, bench=bench, of=(index, groups[index]))
        for index, (frame, menu) in enumerate(zip(frames, menus, strict=True))
    ]


def _planned_day(
    brief: Brief, frame: Frame, menu: Menu, *, bench: Workbench, of: tuple[int, frozenset[str]]
) -> PlannedDay:
    solution = bench.straightened(*of)
    if solution is None:
        return PlannedDay(frame, None, ())
    options = {option.node.key: option for choice in menu.values() for option in choice}
    return PlannedDay(frame, solution, tuple(visits_of(solution, frame, options, brief.wishes)))


def _menu(brief: Brief, frame: Frame) -> Menu:
    choices = {
        place.id: options_for(
            place, frame, brief.wishes, brief.worth[place.id], is_named=place.id in brief.named
        )
        for place in brief.places
    }
    return {id: options for id, options in choices.items() if options}


def _country(places: Sequence[Place]) -> str:
    """The country of most candidates: it says when people eat."""
    codes = sorted(place.country_code for place in places)
    return max(codes, key=codes.count, default="")


def _checked(
    brief: Brief, days: Sequence[PlannedDay]
) -> tuple[tuple[PlannedVisit, ...], dict[str, str]]:
    """The visits without those that break a promise, and what those broke, by title."""
    places = {place.id: place for place in brief.places}
    visits = [visit for day in days for visit in day.visits]
    dropped: dict[str, str] = {}
    while found := faults(visits, [day.frame for day in days], places):
        dropped |= {visit.title: found[visit.key] for visit in visits if visit.key in found}
        visits = [visit for visit in visits if visit.key not in found]
    return tuple(visits), dropped
