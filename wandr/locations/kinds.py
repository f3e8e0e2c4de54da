"""The kinds of places, as words."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement

from wandr.locations.atlas import KINDS as SIGHT_KINDS

CITY: Final = "city"
AIRPORT: Final = "airport"
CUSTOM: Final = "custom"
SIGHT: Final = "sight"  # in a search: anything worth a visit

# What people add themselves; sights may be added too.
CUSTOM_KINDS: Final = (
    CUSTOM,
    *sorted(SIGHT_KINDS),
    *("home", "hotel", "restaurant", "cafe", "bar", "shop", "station", "port"),
)
SEARCH_KINDS: Final = (CITY, AIRPORT, SIGHT, *CUSTOM_KINDS)


def is_of_kind(column: Any, kind: str | None) -> list[ColumnElement[bool]]:
    """The conditions that keep one kind; None keeps all."""
    if kind is None:
        return []
    return [column.in_(sorted(SIGHT_KINDS)) if kind == SIGHT else column == kind]
