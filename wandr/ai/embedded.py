"""The assistant that needs no key and no network: rules understand, the planner plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from wandr.ai import wording
from wandr.ai.access import require_assistant
from wandr.ai.answers.answer import answer, in_context
from wandr.ai.answers.asked import Asked
from wandr.ai.assistant import Desk, Task
from wandr.ai.checker.itinerary import Terms
from wandr.ai.destination import Destination, destinations_of
from wandr.ai.planner.brief import make_brief
from wandr.ai.planner.conflicts import find_conflict
from wandr.ai.planner.model import Place, Plan, Stop, Wishes
from wandr.ai.planner.planner import plan
from wandr.ai.planner.wishes import read_wishes
from wandr.ai.translation import days_of, distinct_places, idea_of, stop_of, suggestion_of
from wandr.ai.verdict import give_verdict
from wandr.base import utc_now

AROUND_M: Final = 40_000
MOST_SIGHTS: Final = 200
MOST_DAYS: Final = 21
MOST_IDEAS: Final = 6


@dataclass(frozen=True)
class Situation:
    """The trip as the asker sees it, and what is wished for in it."""

    trip: Mapping[str, Any]
    stops: tuple[Stop, ...]
    wishes: Wishes
    places: tuple[Place, ...]
    destinations: tuple[Destination, ...]


class EmbeddedAssistant:
    """Plans, suggests, checks, and answers what its rules understand."""

    name = "embedded"

    def answer(self, task: Task, desk: Desk) -> None:
        """Do the task. Forbidden or NotFound when the asker has lost the right meanwhile."""
        snapshot = desk.tools.trip_snapshot()
        require_assistant(snapshot)
        desk.draft.base_seq = snapshot["seq"]
        if task.kind == "ask":
            today = utc_now().date()
            question = in_context(task.prompt, [one.asked for one in task.earlier])
            desk.say(answer(lambda: Asked(question, snapshot, desk.tools, today)))
            return
        wishes = _wishes(task, snapshot["trip"])
        desk.draft.terms = Terms(wishes.pace, wishes.budget_minor, wishes.currency)
        if task.kind == "check":
            give_verdict(snapshot, desk)
            return
        situation = _understand(wishes, snapshot, desk)
        if not situation.destinations:
            desk.say(wording.NO_DESTINATION)
        elif task.kind == "suggest":
            _suggest(situation, desk)
        else:
            _plan(task, situation, desk)


def _wishes(task: Task, trip: Mapping[str, Any]) -> Wishes:
    days = [task.day] if task.day else days_of(trip)[:MOST_DAYS]
    form = {**task.wishes, "days": [task.day]} if task.day else task.wishes
    return read_wishes(task.prompt, form, trip_days=days)


def _understand(wishes: Wishes, snapshot: Mapping[str, Any], desk: Desk) -> Situation:
    trip = snapshot["trip"]
    stops = tuple(map(stop_of, snapshot["entities"]["activity"]))
    destinations = destinations_of(wishes, trip, stops, desk.tools)
    wishes = _with_destinations(wishes, destinations)
    desk.status(
        stage="understood",
        understood=list(wishes.understood),
        not_understood=list(wishes.not_understood),
        destinations=[{"name": one.name, "from": one.why} for one in destinations],
    )
    places = _places_around(destinations, desk)
    return Situation(trip, stops, wishes, tuple(places), tuple(destinations))


def _with_destinations(wishes: Wishes, found: Sequence[Destination]) -> Wishes:
    """A phrase that turned out to name a city was understood."""
    phrases = {place.phrase for place in found if place.phrase}
    return replace(
        wishes,
        where=tuple(dict.fromkeys([*wishes.where, *sorted(phrases)])),
        not_understood=tuple(said for said in wishes.not_understood if said not in phrases),
    )


def _places_around(destinations: Sequence[Destination], desk: Desk) -> list[Place]:
    found: list[dict[str, Any]] = []
    for place in destinations:
        found += desk.tools.sights_near(*place.point, radius_m=AROUND_M, limit=MOST_SIGHTS)
        desk.pulse()
    return distinct_places(found)


def _plan(task: Task, situation: Situation, desk: Desk) -> None:
    def progress(_event: str, _values: Mapping[str, object]) -> None:
        desk.pulse()

    def make(wishes: Wishes) -> Plan:
        seed = task.request_id.int % 2**32  # the next attempt makes the same plan
        return plan(wishes, situation.places, situation.stops, seed=seed, progress=progress)

    planned = make(situation.wishes)
    by_id = {place.id: place for place in situation.places}
    desk.draft.suggestions = [suggestion_of(v, by_id[v.place_id]) for v in planned.items]
    for line in wording.on_plan(planned, situation.destinations):
        desk.say(line)
    conflict = find_conflict(
        situation.wishes, planned, situation.places, situation.stops, again=make
    )
    if conflict is not None:
        desk.status(stage="conflict", **vars(conflict))
        desk.say(wording.on_conflict(conflict))
    left_out = 0 if task.day else len(days_of(situation.trip)) - MOST_DAYS
    if left_out > 0:
        desk.say(wording.too_long(MOST_DAYS, left_out))


def _suggest(situation: Situation, desk: Desk) -> None:
    brief = make_brief(situation.wishes, situation.places, situation.stops, base=None)
    best = sorted(brief.places, key=lambda place: (-brief.worth[place.id], place.id))[:MOST_IDEAS]
    where = situation.destinations[0].name
    reasons = {p.id: wording.why_suggested(p, situation.wishes, where) for p in best}
    desk.draft.suggestions = [idea_of(place, reasons[place.id]) for place in best]
    for line in wording.on_ideas(best, brief.unknown, situation.destinations):
        desk.say(line)
