"""What the embedded assistant says, in plain sentences. It claims nothing that it did not do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from wandr.ai.destination import Destination
from wandr.ai.planner.conflicts import Conflict
from wandr.ai.planner.model import Place, Plan, PlannedVisit, Wishes
from wandr.ai.planner.scoring import is_wished

NO_DESTINATION: Final = (
    "I could not find out where this trip goes, so I propose nothing. Name a city in your request "
    'or in the trip\'s title, for example "three days in Kyoto".'
)


def on_plan(planned: Plan, destinations: Sequence[Destination]) -> Iterator[str]:
    """The plan in short, then what it leaves open."""
    days = len({visit.day for visit in planned.items})
    if planned.items:
        visits, on_days = _counted(len(planned.items), "visit"), _counted(days, "day")
        yield f"I propose {visits} on {on_days} {_where(destinations)}.\n"
    else:
        yield f"I have nothing to propose {_where(destinations)}.\n"
    for day, visits_of_day in groupby(planned.items, key=lambda visit: visit.day):
        yield f"{day.isoformat()}: {', '.join(map(_brief, visits_of_day))}.\n"
    for note in planned.notes:
        yield f"{note}\n"


def on_ideas(
    places: Sequence[Place], unknown: Sequence[str], destinations: Sequence[Destination]
) -> Iterator[str]:
    """The ideas in short."""
    if places:
        names = ", ".join(place.name for place in places)
        yield f"Ideas {_where(destinations)}: {names}.\n"
    else:
        yield f"I know nothing more that answers your wishes {_where(destinations)}.\n"
    if unknown:
        yield f"Not understood: {', '.join(unknown)}.\n"


def on_conflict(conflict: Conflict) -> str:
    """Which wishes do not go together, and what would do."""
    would_do = "; ".join(conflict.relaxations) or "fewer places, or more days"
    if len(conflict.wishes) == 1:
        return f"This cannot be had on these days: {conflict.wishes[0]}. It would do: {would_do}.\n"
    wishes = ", ".join(conflict.wishes)
    return f"These wishes do not go together: {wishes}. Any of these would do: {would_do}.\n"


def why_suggested(place: Place, wishes: Wishes, where: str) -> str:
    """Why a place is an idea."""
    known = "among the best known" if place.prominence >= 4 else "known"
    return (
        f"{place.kind}{', as wished' if is_wished(place, wishes) else ''}; {known} around {where}"
    )


def too_long(planned: int, left_out: int) -> str:
    """A trip of which only a part was planned."""
    days = _counted(left_out, "day")
    return f"I plan {planned} days at once: the last {days} of the trip are left as they are.\n"


def _where(destinations: Sequence[Destination]) -> str:
    names = " and ".join(place.name for place in destinations)
    return f"in and around {names} (from {destinations[0].why})"


def _brief(visit: PlannedVisit) -> str:
    return f"{visit.start:%H:%M} {visit.title}"


def _counted(number: int, noun: str) -> str:
    several = noun[:-1] + "ies" if noun.endswith("ty") else noun + "s"
    return f"{number} {noun if number == 1 else several}"
