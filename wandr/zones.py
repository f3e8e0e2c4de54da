"""Time zones by their IANA names, as far as they are known here."""

from __future__ import annotations

from typing import Final
from zoneinfo import available_timezones

ZONES: Final = frozenset(available_timezones()) - {"Factory", "localtime", "posixrules"}


def known_zone(*names: str | None) -> str | None:
    """The first of these that is one: what is stored, or loaded, may have come from elsewhere."""
    return next((name for name in names if name in ZONES), None)


def sea_zone(longitude: float) -> str:
    """The zone that ships keep at a longitude: for want of another, nearer to the clocks on land
    than UTC."""
    hours = round(longitude / 15)
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"
