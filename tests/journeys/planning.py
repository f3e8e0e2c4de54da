"""The planner's plans for made-up trips, in the judge's words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.journeys.judge import Case, Known, Visit
from tests.journeys.made_up import Made
from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Terms, read_itinerary
from wandr.ai.findings import BLANK
from wandr.ai.planner.model import Place, Stop
from wandr.ai.planner.planner import plan
from wandr.ai.planner.wishes import read_wishes
from wandr.locations.atlas import ATLAS_SOURCE, Sight, read_atlas

SIGHTS: dict[str, Sight] = {sight.id: sight for sight in read_atlas()}


def planned(made: Made) -> Case:
    """The case of a trip: what the planner proposes for it."""
    journey = made.journey
    wishes = read_wishes(made.prompt, made.form, trip_days=journey.days)
    places = [place_in(made, known) for known in made.sights.values()]
    stops = [_stop(one) for one in journey.anchors]
    proposed = plan(wishes, places, stops, seed=made.seed)
    visits = tuple(
        Visit(one.place_id, one.title, one.day, one.start, one.end) for one in proposed.items
    )
    return Case(journey, made.sights, visits)


def place_of(known: Known) -> Place:
    """What the planner knows of a sight."""
    sight = SIGHTS[known.id]
    return Place(
        id=sight.id,
        name=sight.name,
        kind=sight.kind,
        latitude=sight.latitude,
        longitude=sight.longitude,
        timezone=known.zone,
        country_code=sight.country_code,
        hours=sight.hours,
        minutes=sight.minutes,
        indoor=sight.indoor,
        prominence=sight.prominence,
        interests=sight.interests,
        price_band=sight.price_band,
        source=ATLAS_SOURCE,
        source_id=sight.id,
    )


def place_in(made: Made, known: Known) -> Place:
    """The same, with the closures of the trip in its hours, as on its own page."""
    place = place_of(known)
    closed = sorted((made.journey.closures or {}).get(known.id, ()))
    if not closed:
        return place
    off = "; ".join(f"{day:%Y %b %d} off" for day in closed)
    return replace(place, hours=f"{place.hours or '24/7'}; {off}")


def _stop(anchor: Visit) -> Stop:
    return Stop(
        id=anchor.title,
        day=anchor.day,
        start=anchor.start,
        end=anchor.end,
        place_id=None,
        latitude=None,
        longitude=None,
        kind="activity",
        title=anchor.title,
        locked=True,
        status="booked",
    )


def errors_of(case: Case) -> list[str]:
    """What our own checker calls an error in the plan, which is to be nothing."""
    rows = [*case.visits, *case.journey.anchors]
    days = case.journey.days
    snapshot = {
        "trip": {"id": "trip", "start_date": f"{days[0]}", "end_date": f"{days[-1]}",
                 "currency": None, "timezone": next(iter(case.known.values())).zone},
        "members": [{"user_id": "somebody"}],
        "entities": {"activity": [_activity(case, n, one) for n, one in enumerate(rows)]},
    }  # fmt: skip
    found = check(read_itinerary(snapshot, terms=Terms(case.journey.pace)), with_fixes=False)
    return [finding.message for finding in found if finding.severity == "error"]


def _activity(case: Case, number: int, visit: Visit) -> dict[str, Any]:
    known = case.known.get(visit.place_id)
    return {
        **BLANK,
        "id": f"{number}",
        "title": visit.title,
        "kind": "food" if known and known.kind == "food" else "activity",
        "day": f"{visit.day}",
        "start_time": f"{visit.start:%H:%M}",
        "end_time": f"{visit.end:%H:%M}",
        "location": None if known is None else _location(known),
    }


def _location(known: Known) -> dict[str, Any]:
    names = ("id", "name", "kind", "latitude", "longitude", "hours")
    found = {name: getattr(known, name) for name in names}
    return {**found, "timezone": known.zone, "country_code": known.country}
