"""The kinds of places, as words."""

from __future__ import annotations

from typing import Final

from wandr.locations.atlas import KINDS as SIGHT_KINDS

CITY: Final = "city"
AIRPORT: Final = "airport"
CUSTOM: Final = "custom"
PLACE: Final = "place"  # what a geocoder knows and is none of the others: a street, a village
SIGHT: Final = "sight"  # in a search: anything worth a visit

# What people add themselves; sights may be added too.
CUSTOM_KINDS: Final = (
    CUSTOM,
    *sorted(SIGHT_KINDS),
    *("home", "hotel", "restaurant", "cafe", "bar", "shop", "station", "port"),
)
SEARCH_KINDS: Final = (CITY, AIRPORT, SIGHT, PLACE, *CUSTOM_KINDS)


def kinds_meant(kind: str | None) -> list[str] | None:
    """The kinds that a search for this one is for; None for all."""
    if kind is None:
        return None
    return sorted(SIGHT_KINDS) if kind == SIGHT else [kind]
