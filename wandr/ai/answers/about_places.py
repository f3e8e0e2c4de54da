"""Questions about places: open or closed, how far, by daylight, what is worth seeing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from wandr.ai.answers.asked import Asked, Json
from wandr.ai.checker.opening import clock
from wandr.ai.planner.lexicon import INTEREST_WORDS, interest_of, plural_pattern
from wandr.ai.planner.model import Place
from wandr.ai.planner.travel import leg_between
from wandr.ai.translation import days_of, place_of
from wandr.locations.holidays import holidays_on
from wandr.locations.hours import open_windows, sun_up
from wandr.zones import known_zone

AROUND_M: Final = 15_000
MOST_SIGHTS: Final = 200
MOST_TOLD: Final = 5
NO_CITY: Final = "Where? I found no city in your question, and none in the trip.\n"
RAIN: Final = r"rain(?:s|y|ing)?|wet|bad weather|indoors?"
EAT: Final = r"eat|lunch|dinner|breakfast|restaurants?|food|hungry"
SEE: Final = (
    r"see|do|visit|things?|worth|recommend|suggest|must|sights?|sightseeing|attractions?|show|go"
)
WAY: Final = r"how far|how long (?:does|is|will|do)|distance|travel time|get (?:from|to)|walk|reach"


def opening(asked: Asked) -> str | None:
    """Is it open, and when?"""
    if not asked.says(r"open|opens|opening|opened|closed?|closes|closing|hours?|shut"):
        return None
    day = asked.day() or asked.today
    known = asked.sights()
    if not known:
        return "Of which place? I know no sight of that name.\n"
    return "".join(_hours_of(one, day) for one in known)


def way(asked: Asked) -> str | None:
    """How far, and how long does it take?"""
    if not asked.says(WAY):
        return None
    places = asked.places()
    if len(places) < 2:
        return None
    start, end = places[0], places[1]
    leg = leg_between(place_of(start).point, place_of(end).point)
    return (
        f"From {start['name']} to {end['name']} it is {leg.metres / 1000:.1f} km in a straight"
        f" line, some {leg.minutes} min by {leg.mode} (an estimate).\n"
    )


def sun(asked: Asked) -> str | None:
    """When does the sun rise and set?"""
    if not asked.says(r"sun ?rise|sun ?set|sun|dark|daylight|dawn|dusk|light"):
        return None
    day = asked.day() or asked.today
    if (city := asked.city()) is None:
        return NO_CITY
    if known_zone(city["timezone"]) is None:
        return f"When the sun rises in {city['name']} is not known: no time zone is.\n"
    there = f"In {city['name']} on {day} the sun"
    if (up := sun_up(place_of(city), day)) is None:
        return f"{there} neither rises nor sets.\n"
    then = "does not set" if up.sets is None else f"sets at {clock(up.sets)}"
    return f"{there} rises at {clock(up.rises)} and {then} (local time).\n"


def holiday(asked: Asked) -> str | None:
    """Is that day a public holiday? Without a day: which days of the trip are?"""
    if not asked.says(r"(?:public |bank |national )?holidays?"):
        return None
    day = asked.day()
    if (city := asked.city()) is None:
        return NO_CITY
    country = city["country_code"] or ""
    if (names := holidays_on(country, day or date(2000, 1, 1))) is None:
        return f"I do not know the public holidays of {country}.\n"
    if day is not None:
        told = f"is a public holiday in {country}: {', '.join(names)}"
        told = told if names else f"is not a public holiday in {country}"
        return f"{day:%A}, {day} {told}.\n"
    found = [f"{one}" for one in days_of(asked.trip) if holidays_on(country, one)]
    told = ", ".join(found) or "none"
    return f"Public holidays in {country} during the trip: {told}.\n"


def zone(asked: Asked) -> str | None:
    """Which time zone?"""
    if not asked.says(r"time ?zones?|time difference|local time"):
        return None
    named = [one for one in asked.places() if known_zone(one["timezone"])]
    home = None if named else asked.city()
    places = named or ([home] if home else [])
    zones = [(one["name"], known_zone(one["timezone"]) or "not known") for one in places]
    return "".join(f"{name}: {zone}.\n" for name, zone in zones) or NO_CITY


def sights(asked: Asked) -> str | None:
    """What is worth a visit, by kind, indoors, to eat?"""
    words = [match.group() for match in asked.prompt.take(plural_pattern(INTEREST_WORDS))]
    eats, rains = asked.says(EAT), asked.says(RAIN)
    if not (asked.says(SEE) or words or rains or eats):
        return None
    if (city := asked.city()) is None:
        return None
    weights = {key for word in words for key in interest_of(word) or ()}
    weights |= {"food", "market"} if eats else set()
    fitting = [
        one
        for one in _sights_around(asked, city)
        if (not weights or weights & {one.kind, *one.interests}) and (one.indoor or not rains)
    ]
    best = sorted(fitting, key=lambda one: (-one.prominence, one.name))[:MOST_TOLD]
    told = "; ".join(map(_told, best)) or "I know nothing like that"
    return f"In {city['name']}{', indoors' if rains else ''}: {told}.\n"


def _hours_of(place: Mapping[str, Any], day: date) -> str:
    known = place_of(place)
    windows = open_windows(known, day)
    if windows is None:
        return f"When {known.name} is open is not known.\n"
    told = ", ".join(f"{clock(low)}–{clock(high)}" for low, high in windows)
    state = f"usually open {told}" if windows else "usually closed"
    return f"{known.name} is {state} on {day:%A}, {day} (typical hours, {known.source}).\n"


def _sights_around(asked: Asked, city: Json) -> list[Place]:
    found = asked.tools.sights_near(
        city["latitude"], city["longitude"], radius_m=AROUND_M, limit=MOST_SIGHTS
    )
    return [place_of(one) for one in found]


def _told(place: Place) -> str:
    return f"{place.name} ({place.kind}{', ' + place.hours if place.hours else ''})"
