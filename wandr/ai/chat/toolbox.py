"""The tools of a model: all read only but `propose`, whose items are judged like everybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from wandr.ai.assistant import Assistant, Desk, Draft, Settle, Suggestion, Task
from wandr.ai.chat.plain import visible, without_addresses
from wandr.ai.chat.prompt import LONGEST_TEXT, as_data, digest
from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import read_itinerary
from wandr.ai.findings import as_json, known_of
from wandr.ai.planner.travel import leg_between
from wandr.ai.providers.provider import ToolCall, ToolResult
from wandr.ai.tools import Tools
from wandr.ai.translation import place_of
from wandr.errors import WandrError
from wandr.locations.holidays import holidays_on
from wandr.locations.hours import open_windows

Json = dict[str, Any]
MOST_OPS: Final = 40  # that one answer may propose
MOST_FOUND: Final = 20
LONGEST_RESULT: Final = 40_000  # characters
LEFT_OUT: Final = frozenset({"url", "booking_ref"})  # a model has no source for these


class MisusedError(Exception):
    """A model called a tool in a way that makes no sense; it is told."""


@dataclass
class Muted:
    """The desk of an assistant that another one asks: it is heard by nobody else."""

    tools: Tools
    draft: Draft
    beat: Callable[[], None]
    text: str = ""

    def status(self, **facts: Any) -> None:
        """Nobody wants to know."""

    def say(self, text: str) -> None:
        self.text += text

    def pulse(self) -> None:
        self.beat()

    def reserve(self, tokens: int) -> Settle:
        raise NotImplementedError("Who is asked by a model calls none.")


class Toolbox:
    """The tools of one answer."""

    def __init__(self, task: Task, desk: Desk, planner: Assistant) -> None:
        self._task, self._desk, self._planner = task, desk, planner
        self._planned: dict[str, Suggestion] = {}

    def use(self, call: ToolCall) -> ToolResult:
        """What a call brings. One that makes no sense, or fails, is answered by saying so."""
        self._desk.status(stage="tool", tool=call.name[:40])
        try:
            if call.fault:
                raise MisusedError(f"{call.fault} Call it again with one JSON object.")
            if (tool := _TOOLS.get(call.name)) is None:
                raise MisusedError(f"There is no tool {call.name[:40]!r}.")
            found = tool(self, call.arguments)
        except (MisusedError, WandrError) as problem:
            found = {"error": str(problem) or type(problem).__name__}
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            found = {"error": f"These arguments cannot be used: {type(problem).__name__} {problem}"}
        content = as_data(visible(found, LONGEST_TEXT))
        return ToolResult(call.id, content[:LONGEST_RESULT])

    def find_locations(self, arguments: Mapping[str, Any]) -> Json:
        found = self._desk.tools.find_locations(
            _text(arguments, "text"),
            kind=_text(arguments, "kind") if arguments.get("kind") else None,
            limit=min(MOST_FOUND, int(arguments.get("limit") or 5)),
        )
        return {"locations": [_location(one) for one in found]}

    def sights_near(self, arguments: Mapping[str, Any]) -> Json:
        place = self._place(arguments, "location_id")
        radius = min(40.0, float(arguments.get("radius_km") or 10)) * 1000
        limit = min(MOST_FOUND, int(arguments.get("limit") or 10))
        found = self._desk.tools.sights_near(
            place["latitude"], place["longitude"], radius_m=radius, limit=limit
        )
        return {"locations": [_location(one) for one in found]}

    def trip_snapshot(self, arguments: Mapping[str, Any]) -> Json:
        return digest(self._desk.tools.trip_snapshot())

    def travel_time(self, arguments: Mapping[str, Any]) -> Json:
        start, end = (self._place(arguments, name) for name in ("from_id", "to_id"))
        leg = leg_between(place_of(start).point, place_of(end).point)
        return {"minutes": leg.minutes, "mode": leg.mode, "estimate": True}

    def hours(self, arguments: Mapping[str, Any]) -> Json:
        place = place_of(self._place(arguments, "location_id"))
        windows = open_windows(place, date.fromisoformat(_text(arguments, "date")))
        if windows is None:
            return {"known": False}
        told = [
            f"{low // 60:02}:{low % 60:02}-{high // 60:02}:{high % 60:02}" for low, high in windows
        ]
        return {"known": True, "typical": True, "open": told}

    def calendar(self, arguments: Mapping[str, Any]) -> Json:
        day, country = (
            date.fromisoformat(_text(arguments, "date")),
            _text(arguments, "country_code"),
        )
        names = holidays_on(country, day)
        told = {"weekday": f"{day:%A}", "public_holiday": None if names is None else bool(names)}
        return {**told, "names": list(names)} if names else told

    def check(self, arguments: Mapping[str, Any]) -> Json:
        self._require_trip()
        tools = self._desk.tools
        plan = read_itinerary(
            tools.trip_snapshot(), terms=self._desk.draft.terms, known=known_of(tools.places)
        )
        return {"findings": [as_json(finding) for finding in check(plan)]}

    def plan(self, arguments: Mapping[str, Any]) -> Json:
        """Ask the planner. What it makes is proposed by its keys, with the evidence that it has."""
        self._require_trip()
        muted = Muted(self._desk.tools, Draft(), self._desk.pulse)
        wishes = arguments.get("wishes") or {}
        prompt = str(arguments.get("prompt") or "")
        task = replace(self._task, kind=_kind(arguments, self._task), prompt=prompt, wishes=wishes)
        self._planner.answer(task, muted)
        self._planned |= {one.key: one for one in muted.draft.suggestions}
        self._desk.draft.terms = muted.draft.terms
        items = [{"key": one.key, "ops": one.ops, "reason": one.reason}
                 for one in muted.draft.suggestions]  # fmt: skip
        return {"said": muted.text, "items": items}

    def propose(self, arguments: Mapping[str, Any]) -> Json:
        """Suggest items: those of the planner by their keys, others by their ops."""
        self._require_trip()
        planned = [
            self._planned[key] for key in _list(arguments, "planned") if key in self._planned
        ]
        made = [self._made(item) for item in _list(arguments, "items")]
        draft = self._desk.draft
        known = {one.key for one in draft.suggestions}
        new = [one for one in (*planned, *made) if one.key not in known]
        if sum(len(one.ops) for one in (*draft.suggestions, *new)) > MOST_OPS:
            raise MisusedError(f"At most {MOST_OPS} ops can be proposed.")
        draft.suggestions += new
        return {"proposed": [one.key for one in new]}

    def _require_trip(self) -> None:
        if self._task.trip_id is None:
            raise MisusedError("This conversation is about no trip: there is nothing to change.")

    def _made(self, item: Any) -> Suggestion:
        number = len(self._desk.draft.suggestions)
        key = str(item.get("key") or f"item-{number}-{len(as_data(item))}")[:100]
        ops = [_plain_op(op) for op in _list(item, "ops")]
        reason = without_addresses(str(item.get("reason") or ""))[:1000]
        depends_on = [str(one)[:100] for one in item.get("depends_on") or ()]
        return Suggestion(key, ops, reason, depends_on=depends_on)

    def _place(self, arguments: Mapping[str, Any], name: str) -> Json:
        """A location that a tool returned before: a model has no other ids."""
        place = self._desk.tools.places.get(_text(arguments, name))
        if place is None:
            raise MisusedError(f"{name} is no location that a tool has returned.")
        return place


def _plain_op(op: Any) -> Json:
    fields = op.get("fields")
    if not isinstance(fields, dict):
        return dict(op)
    kept = {name: value for name, value in fields.items() if name not in LEFT_OUT}
    plain = {
        name: without_addresses(value) if isinstance(value, str) else value
        for name, value in kept.items()
    }
    return {**op, "fields": plain}


def _kind(arguments: Mapping[str, Any], task: Task) -> str:
    wanted = arguments.get("kind") or ("plan_day" if task.day else "plan_trip")
    if wanted not in ("plan_trip", "plan_day", "suggest") or (
        wanted == "plan_day" and not task.day
    ):
        raise MisusedError("kind is plan_trip, suggest or, where a day is asked about, plan_day.")
    return str(wanted)


def _location(found: Mapping[str, Any]) -> Json:
    kept = ("id", "name", "kind", "country_code", "admin", "latitude", "longitude", "hours")
    return {name: found[name] for name in kept if found.get(name) is not None}


def _text(arguments: Mapping[str, Any], name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise MisusedError(f"{name} must be a text of 1 to 200 characters.")
    return value


def _list(arguments: Any, name: str) -> Sequence[Any]:
    value = arguments.get(name) or []
    if not isinstance(value, list) or len(value) > MOST_OPS:
        raise MisusedError(f"{name} must be a list of at most {MOST_OPS}.")
    return value


_TOOLS: Final[Mapping[str, Callable[[Toolbox, Mapping[str, Any]], Json]]] = {
    "find_locations": Toolbox.find_locations,
    "sights_near": Toolbox.sights_near,
    "trip_snapshot": Toolbox.trip_snapshot,
    "travel_time": Toolbox.travel_time,
    "hours": Toolbox.hours,
    "calendar": Toolbox.calendar,
    "check": Toolbox.check,
    "plan": Toolbox.plan,
    "propose": Toolbox.propose,
}
