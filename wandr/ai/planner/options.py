"""What a place can be on a day: a sight, a lunch, a dinner, each with the times to begin at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from wandr.ai.planner.days import Node
from wandr.ai.planner.frames import Frame
from wandr.ai.planner.model import Place, Wishes
from wandr.ai.planner.scoring import is_wished, wishes_met
from wandr.locations.hours import Window, daylight, open_windows

SIGHT: Final = "sight"
MEAL_MINUTES: Final = 60
MEAL_VALUE: Final = 25.0
"""More than two good sights: where not both meals fit, the one that does is kept."""

MEALS: Final[Mapping[str, Window]] = {
    "lunch": (11 * 60 + 30, 14 * 60),
    "dinner": (18 * 60, 21 * 60),
}
# How many minutes later than that people sit down to lunch and to dinner.
LATER_MEALS: Final[Mapping[str, tuple[int, int]]] = {
    **dict.fromkeys(["ES"], (90, 120)),
    **dict.fromkeys(["AR", "GR"], (60, 120)),
    **dict.fromkeys(["IT", "PT"], (45, 90)),
    **dict.fromkeys(["FR", "MX", "TR"], (30, 60)),
}

# Without known hours a visit is put where most places are open, and marked.
CAUTIOUS_HOURS: Final[Window] = (10 * 60, 17 * 60)
EATEN_BEFORE: Final = 45  # minutes before the last moment for a meal: who begins then has eaten
GOOD_IN_THE_DARK: Final = frozenset(["food", "market", "neighbourhood", "square", "theatre"])


@dataclass(frozen=True)
class Option:
    """A place in a role ("sight", "lunch", "dinner") on a day, as a node for the solver."""

    place: Place
    role: str
    node: Node


def meal_times(country_code: str) -> dict[str, Window]:
    """When lunch and dinner may begin in the country, in minutes."""
    shifts = LATER_MEALS.get(country_code, (0, 0))
    return {
        meal: (low + shift, high + shift)
        for (meal, (low, high)), shift in zip(MEALS.items(), shifts, strict=True)
    }


def food_is_wished(wishes: Wishes) -> bool:
    return bool(wishes.interests.get("food"))


def options_for(
    place: Place, frame: Frame, wishes: Wishes, worth: float, *, is_named: bool = False
) -> list[Option]:
    """The roles the place can play that day; none when it is closed, or food nobody asked for."""
    roles = [_sight(place, frame.day, worth)] if place.kind != "food" else []
    roles += [
        _meal(place, frame.day, worth, meal=meal)
        for meal in _meals_at(place, wishes, is_named=is_named)
        if not _has_meal(frame, meal, place.country_code)
    ]
    covers = wishes_met(place, wishes)
    fitting = [option for option in roles if _fits(option.node, frame)]
    return [replace(option, node=replace(option.node, covers=covers)) for option in fitting]


def _meals_at(place: Place, wishes: Wishes, *, is_named: bool) -> tuple[str, ...]:
    """A market gives lunch, where food is wished; in the evening its stalls are closing."""
    if place.kind == "food":
        is_wanted = is_named or food_is_wished(wishes) or is_wished(place, wishes)
        return ("lunch", "dinner") if is_wanted else ()
    eats = place.kind == "market" and "food" in place.interests and food_is_wished(wishes)
    return ("lunch",) if eats else ()


def meal_gaps(frame: Frame, country_code: str) -> list[Node]:
    """An hour kept free for lunch and for dinner, wherever one is then."""
    free = [
        Node(
            key=f"{meal}:free",
            minutes=MEAL_MINUTES,
            starts=(starts,),
            value=MEAL_VALUE,
            moves=False,
            slots=frozenset([meal]),
            visits=0,
        )
        for meal, starts in meal_times(country_code).items()
        if not _has_meal(frame, meal, country_code) and frame.start + EATEN_BEFORE <= starts[1]
    ]
    return [gap for gap in free if _fits(gap, frame)]


def visit_windows(place: Place, day: date) -> tuple[Window, ...]:
    """When one may be there: its hours, or a cautious guess; by daylight where that matters."""
    known = open_windows(place, day)
    windows = (CAUTIOUS_HOURS,) if known is None else known
    if place.indoor is False and place.kind not in GOOD_IN_THE_DARK:
        windows = _intersect(windows, daylight(place, day))
    return windows


def place_slot(place_id: str) -> str:
    """The slot that all roles of a place share, so that only one of them takes place."""
    return f"place:{place_id}"


def _sight(place: Place, day: date, worth: float) -> Option:
    starts = tuple((low, high - place.minutes) for low, high in visit_windows(place, day))
    return Option(place, SIGHT, _node(place, SIGHT, starts, worth=worth))


def _meal(place: Place, day: date, worth: float, *, meal: str) -> Option:
    sitting_down = meal_times(place.country_code)[meal]
    known = open_windows(place, day)
    open_from_to = ((0, 24 * 60),) if known is None else known
    starts = tuple((low, high - place.minutes) for low, high in open_from_to)
    return Option(
        place,
        meal,
        _node(place, meal, _intersect(starts, sitting_down), worth=worth + MEAL_VALUE),
    )


def _node(place: Place, role: str, starts: Iterable[Window], *, worth: float) -> Node:
    return Node(
        key=f"{role}:{place.id}",
        minutes=place.minutes,
        starts=tuple((low, high) for low, high in starts if low <= high),
        value=worth,
        arrive_at=place.point,
        leave_from=place.point,
        slots=frozenset([place_slot(place.id), *([] if role == SIGHT else [role])]),
        load=place.minutes,
    )


def _fits(node: Node, frame: Frame) -> bool:
    """Whether the node can begin and end within the day's bounds."""
    latest = frame.end - node.minutes
    return any(max(low, frame.start) <= min(high, latest) for low, high in node.starts)


def _has_meal(frame: Frame, meal: str, country_code: str) -> bool:
    low, high = meal_times(country_code)[meal]
    return any(start <= high and low < end for start, end in frame.meals)


def _intersect(windows: Iterable[Window], bounds: Window) -> tuple[Window, ...]:
    cut = ((max(low, bounds[0]), min(high, bounds[1])) for low, high in windows)
    return tuple((low, high) for low, high in cut if low <= high)
