"""Wishes that do not go together: the few that conflict, and what the least giving way would be.

A wish for places is met when a plan holds all of them. The conflicting wishes are found by the
deletion filter (Chinneck and Dravnieks, ORSA Journal on Computing 3, 1991): each is let go once,
and stays away when the rest conflicts without it. What is left is irreducible: any one less, and a
plan with all places that are still wished for is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from wandr.ai.planner.brief import names_meant
from wandr.ai.planner.model import Place, Plan, Stop, Wishes

MOST_WISHES: Final = 12  # that are looked at: each takes a plan
MOST_RELAXATIONS: Final = 3

Planner = Callable[[Wishes], Plan]
Change = Callable[[Wishes], Wishes]


@dataclass(frozen=True)
class Wish:
    """One wish, as it is said to people, and the wishes without it."""

    said: str
    without: Change
    has_degrees: bool = False  # it can be had less of: `_gentler` says how


@dataclass(frozen=True)
class Conflict:
    """`wishes` do not go together. Each of `relaxations` alone would do, the gentlest first."""

    wishes: tuple[str, ...]
    relaxations: tuple[str, ...]


def find_conflict(
    wishes: Wishes, planned: Plan, places: Sequence[Place], stops: Sequence[Stop], *, again: Planner
) -> Conflict | None:
    """Why the places that were named are not all in the plan; None when they are.

    `again` plans for other wishes, a dozen times or two.
    """
    taken = {stop.place_id for stop in stops}

    def holds_all(plan: Plan, wanted: Wishes) -> bool:
        named, _ = names_meant(wanted, places)
        return named <= taken | {item.place_id for item in plan.items}

    def is_met(wanted: Wishes) -> bool:
        return holds_all(again(wanted), wanted)

    if holds_all(planned, wishes):
        return None
    kept = _irreducible(wishes, list(wishes_in(wishes, places))[:MOST_WISHES], is_met)
    given_up = [(f"without: {one.said}", one.without) for one in kept if not one.has_degrees]
    gentle = [*_gentler(wishes), *given_up]
    relaxations = (said for said, change in gentle if is_met(change(wishes)))
    return Conflict(
        tuple(one.said for one in kept),
        tuple(said for said, _ in zip(relaxations, range(MOST_RELAXATIONS), strict=False)),
    )


def _irreducible(wishes: Wishes, left: list[Wish], is_met: Callable[[Wishes], bool]) -> list[Wish]:
    """The wishes among `left` none of which can be let go without the conflict going, too."""
    others = wishes
    for wish in list(left):
        fewer = wish.without(others)
        if not is_met(fewer):
            others = fewer
            left.remove(wish)
    return left


def wishes_in(wishes: Wishes, places: Sequence[Place]) -> Iterator[Wish]:
    """The wishes that can be let go, the places last: they are what people came for."""
    for ban in sorted(wishes.avoid):
        yield Wish(f"no {ban}", partial(_allowed, ban))
    if wishes.budget_minor is not None:
        yield Wish("the budget", lambda w: replace(w, budget_minor=None))
    if wishes.day_start is not None:
        yield Wish(f"from {wishes.day_start:%H:%M}", lambda w: replace(w, day_start=None))
    if wishes.day_end is not None:
        yield Wish(f"until {wishes.day_end:%H:%M}", lambda w: replace(w, day_end=None))
    if wishes.pace != "full":
        yield Wish(f"a {wishes.pace} pace", lambda w: replace(w, pace="full"), has_degrees=True)
    for phrase in dict.fromkeys([*wishes.named_places, *wishes.not_understood]):
        if names_meant(replace(NOTHING, named_places=(phrase,)), places)[0]:
            yield Wish(phrase, partial(_unnamed, phrase))


def _gentler(wishes: Wishes) -> Iterator[tuple[str, Change]]:
    """What changes a wish without giving it up."""
    if wishes.pace == "relaxed":
        yield "a normal pace", lambda w: replace(w, pace="normal")
    if wishes.pace != "full":
        yield "a full pace", lambda w: replace(w, pace="full")
    if wishes.spare_days:
        day, *rest = wishes.spare_days
        yield (
            f"one day more ({day})",
            lambda w: replace(w, days=(*w.days, day), spare_days=tuple(rest)),
        )


def _allowed(ban: str, wishes: Wishes) -> Wishes:
    return replace(wishes, avoid=wishes.avoid - {ban})


def _unnamed(phrase: str, wishes: Wishes) -> Wishes:
    return replace(
        wishes,
        named_places=tuple(one for one in wishes.named_places if one != phrase),
        not_understood=tuple(one for one in wishes.not_understood if one != phrase),
    )


NOTHING: Final = Wishes(days=())
