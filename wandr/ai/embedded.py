"""The assistant that needs no key and no network: rules understand, the planner plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from wandr.ai import wording
from wandr.ai.access import require_assistant
from wandr.ai.answers.answer import answer, in_context
from wandr.ai.answers.asked import Asked
from wandr.ai.assistant import Desk, Task
from wandr.ai.checker.itinerary import Terms
from wandr.ai.ideas import suggest
from wandr.ai.planner.cities import City
from wandr.ai.planner.conflicts import find_conflict
from wandr.ai.planner.journey import plan_journey
from wandr.ai.planner.model import Plan, Wishes
from wandr.ai.planner.wishes import read_wishes
from wandr.ai.repairs import propose_repair
from wandr.ai.situation import Situation, understand
from wandr.ai.translation import days_of, suggestion_of, transfer_of
from wandr.ai.verdict import give_verdict
from wandr.base import utc_now
from wandr.zones import known_zone, sea_zone

MOST_DAYS: Final = 21


class EmbeddedAssistant:
    """Plans, suggests, checks, repairs, and answers what its rules understand."""

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
        if task.kind == "repair":
            propose_repair(task, snapshot, desk)
            return
        wishes = _wishes(task, snapshot["trip"])
        desk.draft.terms = Terms(wishes.pace, wishes.budget_minor, wishes.currency)
        if task.kind == "check":
            give_verdict(snapshot, desk)
            return
        situation = understand(wishes, snapshot, desk)
        if not situation.destinations:
            desk.say(wording.NO_DESTINATION)
        elif task.kind == "suggest":
            suggest(task, situation, desk)
        else:
            _plan(task, situation, desk)


def _wishes(task: Task, trip: Mapping[str, Any]) -> Wishes:
    days = [task.day] if task.day else days_of(trip)[:MOST_DAYS]
    form = {**task.wishes, "days": [task.day]} if task.day else task.wishes
    wishes = read_wishes(task.prompt, form, trip_days=days)
    return replace(wishes, currency=wishes.currency or trip["currency"])


def _plan(task: Task, situation: Situation, desk: Desk) -> None:
    def progress(_event: str, _values: Mapping[str, object]) -> None:
        desk.pulse()

    cities = [
        City(one.name, one.point, known_zone(one.timezone) or sea_zone(one.point[1]))
        for one in situation.destinations
    ]

    def make(wishes: Wishes) -> Plan:
        places, stops = situation.places, situation.stops
        return plan_journey(wishes, cities, places, stops, seed=task.seed, progress=progress)

    planned = make(situation.wishes)
    by_id = {place.id: place for place in situation.places}
    desk.draft.suggestions = [
        *map(transfer_of, planned.transfers),
        *(suggestion_of(v, by_id[v.place_id]) for v in planned.items),
    ]
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
