"""What the planner reads and what it answers: plain frozen values, no database, no request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, Literal

Point = tuple[float, float]
"""Latitude and longitude in degrees."""

Progress = Callable[[str, Mapping[str, object]], None]
"""Told what the planner does next. What it raises ends the planning: so a caller cancels."""

Ops = Sequence[Mapping[str, object]]

LONGEST_WALK_MINUTES: Final = 25
"""What people walk from one place to the next, unless they say otherwise."""

Pace = Literal["relaxed", "normal", "full"]
Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Place:
    """A place that may be visited. `minutes` is a typical visit, `price_band` 0 (free) to 4."""

    id: str
    name: str
    kind: str
    latitude: float
    longitude: float
    timezone: str
    country_code: str
    hours: str | None
    minutes: int
    indoor: bool | None
    prominence: int
    interests: frozenset[str]
    price_band: int | None
    source: str
    source_id: str
    knows_zone: bool = True  # else `timezone` is a guess

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Stop:
    """What is already in the trip. The planner changes nothing of it."""

    id: str
    day: date | None
    start: time | None
    end: time | None
    place_id: str | None
    latitude: float | None
    longitude: float | None
    kind: str
    title: str
    locked: bool
    status: str

    @property
    def point(self) -> Point | None:
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Wishes:
    """What is asked for. `days` are to be planned; where one of them is taken already, a day of
    `spare_days` stands in for it; on some, visits begin only after `arrivals`. `interests` weighs
    interests and kinds of place from 0 to 1. `budget_minor` is for all of the `party`;
    `tastes` are the interests of single members by name; `longest_walk` is in minutes."""

    days: tuple[date, ...]
    party: int = 1
    pace: Pace = "normal"
    interests: Mapping[str, float] = field(default_factory=dict)
    avoid: frozenset[str] = frozenset()
    budget_minor: int | None = None
    currency: str | None = None
    diet: frozenset[str] = frozenset()
    named_places: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    day_start: time | None = None
    day_end: time | None = None
    spare_days: tuple[date, ...] = ()
    arrivals: Mapping[date, time] = field(default_factory=dict)
    tastes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    longest_walk: int = LONGEST_WALK_MINUTES
    understood: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What is to be said about a plan, and about which of its entities. Each of `fixes` is a list
    of ops, as a client would send them, that mends it alone."""

    code: str
    severity: Severity
    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    entity_ids: tuple[str, ...] = ()
    fixes: tuple[Ops, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """The field of a source that a claim rests on; `as_of` is None where the source has no date."""

    source: str
    source_id: str
    field: str
    as_of: date | None = None


@dataclass(frozen=True)
class PlannedVisit:
    """One proposed visit, in the local time of its place. What it costs all is a rough estimate."""

    key: str
    place_id: str
    title: str
    kind: str
    day: date
    start: time
    end: time
    reason: str
    depends_on: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    cost_minor: int | None = None


@dataclass(frozen=True)
class Transfer:
    """The way from one city to the next, `minutes` long, and the time to settle in; an estimate.
    Each end is in the time of its city."""

    origin: str
    destination: str
    start: datetime
    end: datetime
    minutes: int


@dataclass(frozen=True)
class Plan:
    """Visits in order of time. `notes` say what was left out or not understood, and why."""

    items: tuple[PlannedVisit, ...]
    notes: tuple[str, ...] = ()
    transfers: tuple[Transfer, ...] = ()
