"""Between the trip's JSON and the planner's values, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any, Final

from wandr.ai.assistant import Suggestion
from wandr.ai.findings import as_json
from wandr.ai.planner.model import Evidence, Place, PlannedVisit, Stop, Transfer
from wandr.zones import known_zone, sea_zone

USUAL_MINUTES: Final = 60
FOOD_KINDS: Final = frozenset({"food", "restaurant", "cafe", "bar"})


def place_of(location: Mapping[str, Any]) -> Place:
    """A location as the tools show it, as a place to visit."""
    known, zone = location["attributes"] or {}, known_zone(location["timezone"])
    return Place(
        id=location["id"],
        name=location["name"],
        kind=location["kind"],
        latitude=location["latitude"],
        longitude=location["longitude"],
        timezone=zone or sea_zone(location["longitude"]),
        country_code=location["country_code"] or "",
        hours=location["hours"],
        minutes=known.get("minutes") or USUAL_MINUTES,
        indoor=known.get("indoor"),
        prominence=known.get("prominence") or 1,
        interests=frozenset(known.get("interests") or ()),
        price_band=known.get("price_band"),
        source=location["source"],
        source_id=location["source_id"],
        knows_zone=zone is not None,
    )


def stop_of(activity: Mapping[str, Any]) -> Stop:
    """An activity of the snapshot, as something to plan around."""
    location = activity["location"] or {}
    return Stop(
        id=activity["id"],
        day=_day(activity["day"]),
        start=_clock(activity["start_time"]),
        end=_clock(activity["end_time"]),
        place_id=activity["location_id"],
        latitude=location.get("latitude"),
        longitude=location.get("longitude"),
        kind=activity["kind"],
        title=activity["title"],
        locked=activity["locked"],
        status=activity["status"],
    )


def days_of(trip: Mapping[str, Any]) -> list[date]:
    """The days of a trip; none without dates."""
    first, last = _day(trip["start_date"]), _day(trip["end_date"])
    if first is None or last is None:
        return []
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def suggestion_of(visit: PlannedVisit, place: Place) -> Suggestion:
    """A planned visit as an item of a proposal: one new activity."""
    fields = {
        **_fields_of(place, visit.reason),
        "day": visit.day.isoformat(),
        "start_time": visit.start.strftime("%H:%M"),
        "end_time": visit.end.strftime("%H:%M"),
        **({"timezone": place.timezone} if place.knows_zone else {}),
    }
    return Suggestion(
        key=visit.key,
        ops=[_create(fields)],
        reason=visit.reason,
        evidence=[_evidence(one) for one in visit.evidence],
        findings=[as_json(one) for one in visit.findings],
        depends_on=visit.depends_on,
        cost_delta_minor=visit.cost_minor,
    )


def transfer_of(way: Transfer) -> Suggestion:
    """The way to the next city as an item of a proposal: when it is, not what one takes."""
    reason = f"{way.minutes} min from {way.origin} to {way.destination} (estimate); time to settle"
    fields = {
        "title": f"{way.origin} → {way.destination}",
        "kind": "transport",
        "day": f"{way.start:%Y-%m-%d}",
        "start_time": f"{way.start:%H:%M}",
        "timezone": f"{way.start.tzinfo}",
        "end_day": f"{way.end:%Y-%m-%d}" if way.end.date() != way.start.date() else None,
        "end_time": f"{way.end:%H:%M}",
        "end_timezone": f"{way.end.tzinfo}",
        "notes": reason,
    }
    return Suggestion(key=f"way-{way.start:%Y-%m-%d}", ops=[_create(fields)], reason=reason)


def idea_of(place: Place, reason: str) -> Suggestion:
    """A place as an idea, for no day yet."""
    evidence = [Evidence(place.source, place.source_id, "position")]
    return Suggestion(
        key=place.id,
        ops=[_create({**_fields_of(place, reason), "status": "idea"})],
        reason=reason,
        evidence=[_evidence(one) for one in evidence],
    )


def _fields_of(place: Place, reason: str) -> dict[str, Any]:
    kind = "food" if place.kind in FOOD_KINDS else "activity"
    return {"title": place.name, "kind": kind, "location_id": place.id, "notes": reason}


def _create(fields: dict[str, Any]) -> dict[str, Any]:
    return {"op": "create", "entity": "activity", "id": None, "fields": fields}


def _evidence(one: Evidence) -> dict[str, Any]:
    as_of = None if one.as_of is None else one.as_of.isoformat()
    return {"source": one.source, "source_id": one.source_id, "field": one.field, "as_of": as_of}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _clock(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def distinct_places(locations: Iterable[Mapping[str, Any]]) -> list[Place]:
    """The places of several searches, each once."""
    return list({place.id: place for place in map(place_of, locations)}.values())
