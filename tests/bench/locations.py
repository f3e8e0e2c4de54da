"""Search and nearby over the full gazetteer: `python -m tests.bench.locations` runs it alone."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from tests.bench.figures import Figure, at_least, at_most, write_figures
from tests.conftest import settings_for
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.locations import service
from wandr.locations.models import Location
from wandr.locations.schemas import LocationView
from wandr.transaction import reading

# What people type: whole names, beginnings of names, typos, other scripts, names with regions.
ASKED = """
Kyotto|Fushimi Inri|Sao Paulo|Zurich|京都|Москва|Αθήνα|Londn|San Fransisco|Barcalona|New York|moksva
Eifel Tower|Washngton|Paris|paris texas|Paris, TX|Springfield Illinois|Kyotto, Japan|s|sa|san|京|LHR
kix|tokyo airport|charles de gaulle|inari|宿州|Neu York|Pragg|Reykjavic|Marakesh|Istambul|القاهرة|서울
Lisbonne|Wien|Firenze|San Jose Costa Rica|Phillidelphia|Sagrada Familia|Kinkakuji|金閣寺|Colloseum
Louvre museum|qqqqzzzz|St. Petersburg|Den Haag|Cape Tow|heathrow|golden gate bridge|b|be|ber|berl|berli
berlin|m|me|mex|mexico c|saint|new|los|rio de|al|Chrischurch|Edinborough|Llanfairpwll|Ουάσινγκτον
""".replace("\n", "|")
ROUNDS = 6
VIEW = LocationView()


def measure(app: Flask) -> list[Figure]:
    """p50 and p95 in milliseconds, statements, ranking and view included. Needs a loaded database."""
    with app.app_context():
        return [
            Figure("locations loaded", _count(), "rows", goal=at_least(60_000)),
            *_figures("location search", [_search(text) for text in _texts()]),
            *_figures("location search near", [_search(text, near=True) for text in _texts()]),
            *_figures("location nearby", [_nearby(*point) for point in _points()]),
        ]


def _texts() -> list[str]:
    return [text.strip() for text in ASKED.split("|") if text.strip()]


def _points() -> list[tuple[float, float]]:
    chance = random.Random(7)
    with reading():
        places = db.session.execute(select(Location.latitude, Location.longitude)).all()
    return [tuple(chance.choice(places)) for _ in range(70)]


def _count() -> int:
    with reading():
        return db.session.scalar(select(func.count()).select_from(Location)) or 0


def _search(text: str, *, near: bool = False) -> Callable[[], object]:
    near_paris = (48.85, 2.35) if near else None
    somebody = uuid4()
    return lambda: VIEW.dump(
        service.search_locations(text, viewer_id=somebody, near=near_paris, limit=20), many=True
    )


def _nearby(latitude: float, longitude: float) -> Callable[[], object]:
    somebody = uuid4()
    return lambda: [
        VIEW.dump(found.location)
        for found in service.locations_near(
            latitude, longitude, radius_m=50_000, kind=None, limit=20, viewer_id=somebody
        )
    ]


def _figures(name: str, questions: list[Callable[[], object]]) -> list[Figure]:
    for ask in questions:
        _milliseconds(ask)
    taken = sorted(_milliseconds(ask) for _ in range(ROUNDS) for ask in questions)
    percentiles = quantiles(taken, n=100)
    return [
        Figure(f"{name}, p50", percentiles[49], "ms"),
        Figure(f"{name}, p95", percentiles[94], "ms", goal=at_most(15)),
    ]


def _milliseconds(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    with reading():
        ask()
    return (time.perf_counter() - begun) * 1000


@contextmanager
def loaded_app(folder: Path) -> Iterator[Flask]:
    """The application over a database in the folder that holds the whole gazetteer."""
    with EmbeddedServers(folder, durable=False) as servers:
        app = create_app(settings_for(servers.database_url, servers.redis_url))
        with app.app_context():
            db.create_all()
        app.test_cli_runner().invoke(args=["locations", "load"], catch_exceptions=False)
        try:
            yield app
        finally:
            with app.app_context():
                db.engine.dispose()


def run(folder: Path) -> list[Figure]:
    """Load the whole gazetteer into a database in the folder, and measure it."""
    begun = time.perf_counter()
    with loaded_app(folder) as app:
        loaded = Figure("locations load, servers included", time.perf_counter() - begun, "s")
        return [loaded, *measure(app)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="wandr-bench-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        write_figures(run(Path(folder)))
