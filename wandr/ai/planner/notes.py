"""What a plan says about itself: what was not understood, found or checked, what is left light."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wandr.ai.planner.brief import Brief
from wandr.ai.planner.days import DaySolution
from wandr.ai.planner.frames import PACES, Frame
from wandr.ai.planner.model import LONGEST_WALK_MINUTES, PlannedVisit

LIGHT_SHARE: Final = 0.6


@dataclass(frozen=True)
class PlannedDay:
    """A day with its solution; None where not even what stands in it fits into the time."""

    frame: Frame
    solution: DaySolution | None
    visits: tuple[PlannedVisit, ...]


def notes_on(
    brief: Brief,
    days: Sequence[PlannedDay],
    visits: Sequence[PlannedVisit],
    dropped: Mapping[str, str],
) -> Iterator[str]:
    """Sentences for the travellers."""
    yield from _on_wishes(brief)
    if not days:
        yield "There is no day to plan: give the trip dates first."
    elif not brief.places:
        yield "Nothing is known here that answers the wishes and is not in the trip already."
    planned = {visit.place_id for visit in visits}
    for place in brief.places:
        if place.id in brief.named and place.id not in planned:
            yield f"{place.name} did not fit in."
    for title, fault in dropped.items():
        yield f"{title} was dropped by the last check: {fault}."
    for day in days:
        yield from _on_day(brief, day)


def _on_wishes(brief: Brief) -> Iterator[str]:
    wishes = brief.wishes
    if brief.unknown:
        yield f"Not understood: {', '.join(brief.unknown)}."
    if brief.unanswered and brief.places:
        yield f"Nothing is known here for: {', '.join(brief.unanswered)}."
    if wishes.longest_walk < LONGEST_WALK_MINUTES:
        yield (
            f"Ways of more than {wishes.longest_walk} min are not walked. Not checked: whether"
            " places can be reached without steps, which is not known of any."
        )
    if wishes.diet:
        diet = ", ".join(sorted(wishes.diet))
        yield f"Not checked: whether there is {diet} food, which is not known of any place."


def _on_day(brief: Brief, day: PlannedDay) -> Iterator[str]:
    name = day.frame.day.isoformat()
    if day.solution is None:
        yield f"{name} is left as it is: what stands in it leaves no time."
        return
    taken = {slot for scheduled in day.solution.schedule for slot in scheduled.node.slots}
    if day.visits and day.frame.start < 12 * 60 and "lunch" not in taken and not day.frame.meals:
        yield f"{name} has no hour free for lunch."
    load = sum(scheduled.node.load for scheduled in day.solution.schedule)
    target = PACES[brief.wishes.pace].minutes
    if brief.places and load < LIGHT_SHARE * target:
        fitting = (
            "open or near" if brief.wishes.budget_minor is None else "open, near and affordable"
        )
        why = "of what stands in it" if day.frame.fixed else f"nothing more that fits is {fitting}"
        yield f"{name} is light ({load} of about {target} minutes of visits), because {why}."
