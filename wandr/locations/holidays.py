"""Public holidays by country, with their English names, as the library `holidays` knows them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays import HolidayBase, country_holidays


def holidays_on(country_code: str, day: date) -> tuple[str, ...] | None:
    """The names of the public holidays of a whole country on a day; None for an unknown country.

    Those of single regions are not among them.
    """
    calendar = _calendar(country_code, day.year)
    return None if calendar is None else tuple(calendar.get_list(day))


@lru_cache(maxsize=512)
def _calendar(country_code: str, year: int) -> HolidayBase | None:
    try:
        return country_holidays(country_code, years=year, expand=False, language="en_US")
    except NotImplementedError:
        return None
