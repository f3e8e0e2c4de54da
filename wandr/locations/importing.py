"""Reading a dump line by line: what cannot be read is told with its number, and skipped."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from wandr.locations.dumps import Reader
from wandr.locations.loading import LocationRow
from wandr.locations.models import Location
from wandr.locations.service import nearest_city

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error)
LONGEST_LINE = 5_000_000  # characters


@dataclass
class Tally:
    """How many lines there were, and what became of them. `bad` are their numbers and faults."""

    lines: int = 0
    places: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)


def read_places(lines: Iterable[str], read: Reader, tally: Tally) -> Iterator[LocationRow]:
    """The places of a dump, each once. Needs the cities to be loaded: a place takes country, region
    and zone of the nearest one, where the dump does not tell."""
    seen: set[str] = set()
    near = _Surroundings(nearest_city)
    for line in lines:
        tally.lines += 1
        try:
            row = _checked(line, read)
        except UNREADABLE as fault:
            tally.bad.append((tally.lines, f"{fault}" or type(fault).__name__))
            continue
        if row is not None and row.source_id not in seen:
            seen.add(row.source_id)
            tally.places += 1
            yield near.completed(row)


def _checked(line: str, read: Reader) -> LocationRow | None:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE} characters")
    if "\0" in line:
        raise ValueError("NUL in it")
    line.encode()  # what was no UTF-8 does not get past here
    return read(line) if line.strip() else None


class _Surroundings:
    """What the nearest city tells; asked once for a square of a tenth of a degree."""

    def __init__(self, ask: Callable[[float, float], Location | None]) -> None:
        self._ask = ask
        self._cities: dict[tuple[int, int], Location | None] = {}

    def completed(self, row: LocationRow) -> LocationRow:
        square = math.floor(row.latitude * 10), math.floor(row.longitude * 10)
        if square not in self._cities:
            self._cities[square] = self._ask(row.latitude, row.longitude)
        city = self._cities[square]
        if city is None:
            return row
        return replace(
            row,
            country_code=row.country_code or city.country_code,
            admin=row.admin or city.admin,
            timezone=row.timezone or city.timezone,
            context=[city.name, city.country_code or "", row.kind],
        )
