"""The weather of days to come (open-meteo.com)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from wandr.base import utc_now
from wandr.config import Settings
from wandr.locations.services.asking import Ask, Service, ask, number
from wandr.locations.sphere import Point

KEPT: Final = timedelta(hours=1)
FORESEEN: Final = timedelta(days=15)
MOST: Final = 10_000  # of degrees, millimetres or a code
ATTRIBUTION: Final = "Weather data by Open-Meteo.com (CC BY 4.0)"
DAILY: Final = "temperature_2m_min,temperature_2m_max,precipitation_sum,weather_code"


@dataclass(frozen=True)
class DayWeather:
    """One day: degrees Celsius, millimetres, and the code of WMO table 4677. None is not known."""

    day: date
    temperature_min_c: float | None
    temperature_max_c: float | None
    precipitation_mm: float | None
    weather_code: int | None


class OpenMeteo:
    """The forecast API, version 1."""

    name = "open_meteo"

    def __init__(self, url: str) -> None:
        interval = timedelta() if url else timedelta(milliseconds=200)
        self.service = Service(self.name, url or "https://api.open-meteo.com", interval)

    def forecast(self, point: Point, first: date, last: date) -> list[DayWeather]:
        """The days from `first` to `last` that can be foreseen. Raises Unavailable."""
        today = utc_now().date()  # in the west it is yesterday for some hours yet
        first, last = max(first, today - timedelta(days=1)), min(last, today + FORESEEN)
        if last < first:
            return []
        query = {
            "latitude": f"{point.latitude:.2f}",
            "longitude": f"{point.longitude:.2f}",
            "daily": DAILY,
            "timezone": "auto",
            "start_date": f"{first}",
            "end_date": f"{last}",
        }
        return ask(self.service, Ask("/v1/forecast", KEPT, query), _days)


def weather_of(settings: Settings) -> OpenMeteo | None:
    """The service that is set; None without one."""
    return OpenMeteo(settings.weather_url) if settings.weather == "open_meteo" else None


def _days(answer: Mapping[str, Any]) -> list[DayWeather]:
    columns = (answer["daily"][name] for name in ("time", *DAILY.split(",")))
    return [_day(row) for row in zip(*columns, strict=True)]


def _day(row: tuple[Any, ...]) -> DayWeather:
    day, *numbers, code = row
    low, high, rain = (None if one is None else number(one, -MOST, MOST) for one in numbers)
    known = None if code is None else int(number(code, 0, MOST))
    return DayWeather(date.fromisoformat(day), low, high, rain, known)
