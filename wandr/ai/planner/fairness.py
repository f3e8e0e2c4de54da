"""Fairness: a group whose members like different things gets a plan in which nobody goes short.

How content somebody is: what the visits are worth to them alone, of what as many visits could be
worth to them. Of a few plans, each of which listens more to whoever was content least, the one is
taken whose least content member is the most content (maximin: Rawls, A Theory of Justice, 1971).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from wandr.ai.planner.model import Place, Plan, Wishes
from wandr.ai.planner.scoring import value_of

ROUNDS: Final = 4
QUIETER: Final = 0.6  # from round to round, all but the least content

Maker = Callable[[Wishes], Plan]


def fairest(wishes: Wishes, places: Sequence[Place], make: Maker) -> Plan:
    """The plan that is best for whoever is content least; `make(wishes)` without such members."""
    if len(wishes.tastes) < 2:
        return make(wishes)
    voices = dict.fromkeys(sorted(wishes.tastes), 1.0)
    best: tuple[float, float] = (-1.0, -1.0)
    chosen = Plan(())
    for _ in range(ROUNDS):
        planned = make(replace(wishes, interests=_merged(wishes, voices)))
        content = contentment(wishes, places, planned)
        least = min(sorted(content), key=content.__getitem__)
        worth = content[least], sum(content.values())
        if worth > best:
            best, chosen = worth, planned
        voices = {name: 1.0 if name == least else voice * QUIETER for name, voice in voices.items()}
    told = contentment(wishes, places, chosen)
    return replace(chosen, notes=(*chosen.notes, _note(told)))


def contentment(wishes: Wishes, places: Sequence[Place], planned: Plan) -> dict[str, float]:
    """For each member from 0 to 1: what the visits are worth to them, of the best as many."""
    by_id = {place.id: place for place in places}
    visited = [by_id[item.place_id] for item in planned.items]
    return {
        name: _share(replace(wishes, interests=taste), places, visited)
        for name, taste in wishes.tastes.items()
    }


def _share(alone: Wishes, places: Sequence[Place], visited: Sequence[Place]) -> float:
    def worth(some: Sequence[Place]) -> float:
        return sum(value_of(place, alone, frozenset()) for place in some)

    dearest = sorted(places, key=lambda place: -value_of(place, alone, frozenset()))
    most = worth(dearest[: len(visited)])
    return worth(visited) / most if most else 1.0


def _merged(wishes: Wishes, voices: Mapping[str, float]) -> dict[str, float]:
    """What all like, the dearest of each as loud as their voice: one who wishes for little wishes
    for it no less. What was wished for besides stays as it is."""
    merged = dict(wishes.interests)
    for name, taste in sorted(wishes.tastes.items()):
        dearest = max(taste.values(), default=1.0)
        for interest, weight in sorted(taste.items()):
            loud = weight / dearest * voices[name]
            merged[interest] = max(merged.get(interest, 0.0), loud)
    return merged


def _note(content: Mapping[str, float]) -> str:
    shares = ", ".join(f"{name} {share:.0%}" for name, share in sorted(content.items()))
    return f"How much of what as many visits could be worth to each alone: {shares}."
