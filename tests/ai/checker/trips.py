"""Small trips for the checker, as their snapshots."""

from __future__ import annotations

from itertools import count
from typing import Any

from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Itinerary, Terms, read_itinerary
from wandr.ai.planner.model import Finding

MON, TUE, WED = "2027-05-03", "2027-05-04", "2027-05-05"
ADA, BOB = "ada", "bob"
CASTLE, TOWER, MUSEUM = (38.7139, -9.1335), (38.6916, -9.2160), (38.7255, -9.1540)
_numbers = count(1)


def place(at: tuple[float, float] = CASTLE, name: str = "", **more: Any) -> dict[str, Any]:
    """A location as an activity keeps it: in Lisbon, and open at any time, unless told."""
    return {
        "id": f"{at}{name}",
        "name": name or f"Place at {at}",
        "kind": "museum",
        "latitude": at[0],
        "longitude": at[1],
        "timezone": "Europe/Lisbon",
        "country_code": "PT",
        "hours": "24/7",
        **more,
    }


def activity(
    title: str, day: str | None = MON, start: str | None = None, end: str | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "id": more.pop("id", f"{title}-{next(_numbers)}"),
        "title": title,
        "kind": "activity",
        "status": "planned",
        "day": day,
        "start_time": start,
        "end_time": end,
        "timezone": None,
        "end_day": None,
        "end_timezone": None,
        "location": None,
        "end_location": None,
        "participants": [],
        "locked": False,
        "cost_minor": None,
        "currency": None,
        **more,
    }


def snapshot(*activities: dict[str, Any], **trip: Any) -> dict[str, Any]:
    """A trip of Ada and Bob from Monday to Wednesday."""
    told = {"start_date": MON, "end_date": WED, "currency": "EUR", "timezone": "Europe/Lisbon"}
    return {
        "seq": 1,
        "trip": {"id": "trip", **told, **trip},
        "members": [{"user_id": ADA}, {"user_id": BOB}],
        "entities": {"activity": list(activities)},
    }


def itinerary(*activities: dict[str, Any], **more: Any) -> Itinerary:
    known, terms = more.pop("known", {}), more.pop("terms", Terms())
    return read_itinerary(snapshot(*activities, **more), terms=terms, known=known)


def findings(*activities: dict[str, Any], **more: Any) -> list[Finding]:
    """What the checker says, but for the remark that no stay is planned."""
    return [one for one in check(itinerary(*activities, **more)) if one.code != "stays_unknown"]


def codes(*activities: dict[str, Any], **more: Any) -> list[str]:
    return [finding.code for finding in findings(*activities, **more)]
