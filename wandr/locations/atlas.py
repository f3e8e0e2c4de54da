"""The wandr-atlas: well-known sights of large cities, written by us as facts.

Hours are *typical* (OSM `opening_hours` syntax; empty means unknown), coordinates the sight's own.
`confidence` says how sure we are of the row's hours and price, never of its existence.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal

ATLAS_SOURCE: Final = "wandr-atlas"
ATLAS_FILE: Final = Path(__file__).parent / "data" / "atlas.csv"
INTERESTS: Final = frozenset(
    ["culture", "history", "food", "nature", "art", "family", "nightlife", "shopping"]
    + ["architecture", "views", "religion"]
)
KINDS: Final = frozenset(
    ["temple", "shrine", "church", "mosque", "synagogue", "museum", "theatre", "castle", "palace"]
    + ["monument", "bridge", "square", "neighbourhood", "viewpoint", "market", "food", "bath"]
    + ["park", "garden", "beach", "zoo"]
)

Confidence = Literal["high", "medium"]


class AtlasError(ValueError):
    """A row of the atlas cannot be read; the message names its line and column."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One row of the atlas. `minutes` is a typical visit, `price_band` 0 (free) to 4."""

    id: str
    name: str
    local_name: str | None
    city: str
    country_code: str
    latitude: float
    longitude: float
    kind: str
    interests: frozenset[str]
    minutes: int
    hours: str | None
    indoor: bool
    prominence: int
    price_band: int
    confidence: Confidence


def read_atlas(path: Path = ATLAS_FILE) -> Iterator[Sight]:
    """Yield the sights in file order. Raises AtlasError for a row that cannot be read."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        _check_header(rows.fieldnames)
        for row in rows:
            yield _sight(row, rows.line_num)


def _check_header(found: object) -> None:
    expected = [field.name for field in fields(Sight)]
    if found != expected:
        raise AtlasError(f"line 1: the columns must be {','.join(expected)}")


def _sight(row: dict[str, str], line: int) -> Sight:
    values: dict[str, object] = {}
    for column, read in _READERS.items():
        try:
            values[column] = read(row[column])
        except (ValueError, KeyError, TypeError) as error:
            raise AtlasError(f"line {line}, {column}: {row[column]!r} ({error})") from error
    if None in row:
        raise AtlasError(f"line {line}: more values than columns")
    return Sight(**values)  # type: ignore[arg-type]


def _text(value: str) -> str:
    if not value or value != value.strip():
        raise ValueError("text without blanks around it expected")
    return value


def _optional_text(value: str) -> str | None:
    return _text(value) if value else None


def _number_within(low: float, high: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        number = float(value)
        if not low <= number <= high:
            raise ValueError(f"must be within {low} and {high}")
        return number

    return read


def _whole_within(low: int, high: int) -> Callable[[str], int]:
    within = _number_within(low, high)
    return lambda value: int(within(str(int(value))))


def _kind(value: str) -> str:
    if value not in KINDS:
        raise ValueError(f"kinds are {' '.join(sorted(KINDS))}")
    return value


def _interests(value: str) -> frozenset[str]:
    found = frozenset(value.split())
    if not found or not found <= INTERESTS:
        raise ValueError(f"interests are {' '.join(sorted(INTERESTS))}")
    return found


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "id": _text,
    "name": _text,
    "local_name": _optional_text,
    "city": _text,
    "country_code": _text,
    "latitude": _number_within(-90, 90),
    "longitude": _number_within(-180, 180),
    "kind": _kind,
    "interests": _interests,
    "minutes": _whole_within(5, 600),
    "hours": _optional_text,
    "indoor": {"yes": True, "no": False}.__getitem__,
    "prominence": _whole_within(1, 5),
    "price_band": _whole_within(0, 4),
    "confidence": {"high": "high", "medium": "medium"}.__getitem__,
}
