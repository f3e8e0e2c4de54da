"""Loading many places at once: COPY into a staging table, then one upsert. Twice is once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import text

from wandr.extensions import db
from wandr.locations.indexes import built_afterwards
from wandr.locations.models import LocationName
from wandr.locations.names import core, distinct_spellings, fold, fold_each, keys_of, tails

NAMESPACE: Final = UUID("6f1f3c52-7a0e-5b0e-9f54-0c8a4a5d6e01")
BATCH: Final = 5_000
TAIL_WEIGHT: Final = 0.8
FORGIVING_WEIGHT: Final = 0.3  # from here on also for alternate names: 20,000 inhabitants

COPY_PLACES: Final = """
    COPY staged_locations (
        id, name, kind, latitude, longitude, country_code, admin, timezone, population, hours,
        source, source_id, attribution, attributes, context
    ) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (context))
"""
COPY_NAMES: Final = """
    COPY staged_names (location_id, name, kind, weight, forgiving) FROM STDIN (FORMAT csv)
"""
STAGE: Final = text(
    """
    CREATE TEMP TABLE IF NOT EXISTS staged_locations (LIKE locations) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS staged_names (LIKE location_names) ON COMMIT DROP;
    ALTER TABLE staged_locations ALTER created_at SET DEFAULT now();
    ALTER TABLE staged_locations ALTER updated_at SET DEFAULT now();
    TRUNCATE staged_locations, staged_names;
    SET LOCAL statement_timeout = 0;
    SET LOCAL work_mem = '64MB';
    SET LOCAL maintenance_work_mem = '128MB';
    SET LOCAL gin_pending_list_limit = '256MB'
    """
)
UPSERT_PLACES: Final = text(
    """
    INSERT INTO locations AS old SELECT * FROM staged_locations
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, kind = excluded.kind,
        latitude = excluded.latitude, longitude = excluded.longitude,
        country_code = excluded.country_code, admin = excluded.admin,
        timezone = excluded.timezone, population = excluded.population,
        hours = excluded.hours, attribution = excluded.attribution,
        attributes = excluded.attributes, context = excluded.context,
        updated_at = excluded.updated_at
    WHERE (old.name, old.kind, old.latitude, old.longitude, old.country_code, old.admin,
           old.timezone, old.population, old.hours, old.attribution, old.attributes, old.context)
        IS DISTINCT FROM (excluded.name, excluded.kind, excluded.latitude, excluded.longitude,
           excluded.country_code, excluded.admin, excluded.timezone, excluded.population,
           excluded.hours, excluded.attribution, excluded.attributes, excluded.context)
    """
)
UPSERT_NAMES: Final = text(
    """
    INSERT INTO location_names AS old SELECT * FROM staged_names ORDER BY name
    ON CONFLICT (location_id, name, owner_id) DO UPDATE SET
        kind = excluded.kind, weight = excluded.weight, forgiving = excluded.forgiving
    WHERE (old.kind, old.weight, old.forgiving)
        IS DISTINCT FROM (excluded.kind, excluded.weight, excluded.forgiving)
    """
)
FOLLOW_KINDS: Final = text(
    """
    UPDATE location_names old SET kind = place.kind FROM staged_locations place
    WHERE old.location_id = place.id AND old.owner_id IS NOT NULL AND old.kind <> place.kind
    """
)
FORGET_NAMES: Final = text(
    """
    DELETE FROM location_names old USING staged_locations place
    WHERE old.location_id = place.id AND old.owner_id IS NULL AND NOT EXISTS (
        SELECT FROM staged_names new
        WHERE new.location_id = old.location_id AND new.name = old.name)
    """
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationRow:
    """A place to load. `names` are further names as written; `weight` (0..1) ranks it.

    `context` holds words that may follow its name in a search: country, region, city.
    """

    source: str
    source_id: str
    name: str
    kind: str
    latitude: float
    longitude: float
    attribution: str
    country_code: str | None = None
    admin: str | None = None
    timezone: str | None = None
    population: int | None = None
    hours: str | None = None
    weight: float = 0.3
    names: Iterable[str] = ()
    context: Iterable[str] = ()
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The same at every load: activities may keep it."""
        return location_id_of(self.source, self.source_id)


def location_id_of(source: str, source_id: str) -> UUID:
    """The identity of a loaded place (UUID version 5)."""
    return uuid5(NAMESPACE, f"{source}:{source_id}")


def load_rows(rows: Iterable[LocationRow]) -> int:
    """Write the places and their names; the number written. Must run inside `atomic()`."""
    db.session.execute(STAGE)
    remaining, count = iter(rows), 0
    while batch := list(islice(remaining, BATCH)):
        _copy(COPY_PLACES, (_place_values(row) for row in batch))
        _copy(COPY_NAMES, (values for row in batch for values in _name_values(row)))
        count += len(batch)
    db.session.execute(UPSERT_PLACES)
    db.session.execute(text("ANALYZE staged_locations, staged_names"))
    db.session.execute(FORGET_NAMES)
    db.session.execute(FOLLOW_KINDS)
    table = LocationName.metadata.tables[LocationName.__tablename__]
    with built_afterwards(table) if count > BATCH else nullcontext():
        db.session.execute(UPSERT_NAMES)
    return count


def _place_values(row: LocationRow) -> list[Any]:
    context = " ".join(sorted(fold_each(row.context)))
    return [
        row.id, row.name, row.kind, row.latitude, row.longitude, row.country_code, row.admin,
        row.timezone, row.population, row.hours, row.source, row.source_id, row.attribution,
        json.dumps(row.attributes, ensure_ascii=False), context,
    ]  # fmt: skip


def _name_values(row: LocationRow) -> Iterator[list[Any]]:
    location_id, own = str(row.id), fold(row.name)
    names = keys_of((row.name, *row.names)) | {core(own)}
    typical = [core(own), *(sorted(names, key=len) if row.weight >= FORGIVING_WEIGHT else ())]
    forgiving = distinct_spellings(name for name in typical if core(name) == name)
    for name in names:
        yield [location_id, name, row.kind, row.weight, name in forgiving]
    for tail in tails(own) - names:
        yield [location_id, tail, row.kind, row.weight * TAIL_WEIGHT, False]


def _copy(statement: str, rows: Iterable[list[Any]]) -> None:
    """PostgreSQL's own bulk load; an empty value is NULL."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    raw = db.session.connection().connection.driver_connection
    with raw.cursor() as cursor:  # type: ignore[union-attr]
        cursor.copy_expert(statement, buffer)
