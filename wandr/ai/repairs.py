"""The answer to `repair`: the smallest change that works, as a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from wandr.ai.assistant import Desk, Suggestion, Task
from wandr.ai.planner.model import Place, Stop
from wandr.ai.planner.wishes import read_wishes
from wandr.ai.repair.mishaps import MISHAP_KEYS, Mishap, read_mishaps
from wandr.ai.repair.model import Addition, Move, Repair, Trip
from wandr.ai.repair.repair import repair
from wandr.ai.translation import days_of, distinct_places, stop_of, suggestion_of
from wandr.ai.verdict import give_verdict
from wandr.base import utc_now

AROUND_M: Final = 15_000
MOST_SIGHTS: Final = 100
UNTOLD: Final = "I understood no mishap (rain, a closed place, a delay), so I check the trip.\n"


def propose_repair(task: Task, snapshot: dict[str, Any], desk: Desk) -> None:
    """Mend what the request tells of; where it tells of nothing, what the checker finds."""
    trip = snapshot["trip"]
    stops = tuple(map(stop_of, snapshot["entities"]["activity"]))
    days, today = days_of(trip), utc_now().date()
    told = read_mishaps(task.prompt, task.wishes, stops, trip_days=days, today=today, day=task.day)
    desk.status(stage="understood", mishaps=list(map(_as_told, told.mishaps)))
    for question in told.unclear:
        desk.say(f"{question}\n")
    if not told.mishaps:
        if not told.unclear:
            desk.say(UNTOLD)
            give_verdict(snapshot, desk)
        return
    form = {key: value for key, value in task.wishes.items() if key not in MISHAP_KEYS}
    found = _sights_near(stops, {one.day for one in told.mishaps}, desk)
    places = {place.id: place for place in distinct_places([*desk.tools.places.values(), *found])}
    wishes = read_wishes("", form, trip_days=days)
    ahead = tuple(day for day in days if day >= today)  # nothing moves into the past
    mended = repair(Trip(ahead, stops, places, wishes, task.seed), told.mishaps)
    desk.draft.suggestions = list(as_suggestions(mended, places))
    for line in _lines(mended):
        desk.say(f"{line}\n")


def _sights_near(stops: tuple[Stop, ...], days: set[Any], desk: Desk) -> list[dict[str, Any]]:
    """Sights around where the travellers are on these days: what may stand in."""
    points = {stop.point for stop in stops if stop.day in days and stop.point}
    found: list[dict[str, Any]] = []
    for point in sorted(points)[:: max(1, len(points) // 4)]:
        found += desk.tools.sights_near(*point, radius_m=AROUND_M, limit=MOST_SIGHTS)
        desk.pulse()
    return found


def _as_told(mishap: Mishap) -> dict[str, Any]:
    return {"cause": mishap.cause, "day": f"{mishap.day}", "activities": sorted(mishap.stop_ids)}


def as_suggestions(mended: Repair, places: Mapping[str, Place]) -> Iterator[Suggestion]:
    """A repair as the items of a proposal."""
    for move in mended.moves:
        yield Suggestion(
            key=f"move-{move.stop.id}",
            ops=[_update(move)],
            reason=move.reason,
            evidence=_evidence(move, places),
            depends_on=[f"move-{one}" for one in move.after],
        )
    for addition in mended.additions:
        yield _added(addition, places)


def _update(move: Move) -> dict[str, Any]:
    if move.day is None:
        gone = dict.fromkeys(("day", "end_day", "start_time", "end_time"))
        fields: dict[str, Any] = {**gone, "status": "idea"}
    else:
        fields = {"day": f"{move.day}"} if move.day != move.stop.day else {}
        if move.start and move.end:
            fields |= {"start_time": f"{move.start:%H:%M}", "end_time": f"{move.end:%H:%M}"}
    return {"op": "update", "entity": "activity", "id": move.stop.id, "fields": fields}


def _evidence(move: Move, places: Mapping[str, Place]) -> list[dict[str, Any]]:
    place = places.get(move.stop.place_id or "")
    if place is None:
        return []
    names = ["position", "indoor", *(["hours"] if place.hours else [])]
    told = {"source": place.source, "source_id": place.source_id, "as_of": None}
    return [{**told, "field": name} for name in names]


def _added(addition: Addition, places: Mapping[str, Place]) -> Suggestion:
    made = suggestion_of(addition.visit, places[addition.visit.place_id])
    return replace(
        made, reason=addition.reason, depends_on=[f"move-{one}" for one in addition.after]
    )


def _lines(mended: Repair) -> Iterator[str]:
    yield from (move.reason for move in mended.moves)
    for addition in mended.additions:
        visit = addition.visit
        yield f"{visit.day}, {visit.start:%H:%M}: {visit.title} ({addition.reason})."
    yield from mended.notes
