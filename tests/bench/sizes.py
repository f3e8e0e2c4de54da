"""Whether big trips and long lists cost more than small ones: `python -m tests.bench.sizes`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from sqlalchemy import TextClause, text

from tests.bench.figures import Figure, times_at_most, write_figures
from tests.bench.party import Party
from tests.bench.writing import apply_edit
from tests.cast import make_person
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.transaction import atomic, reading
from wandr.trips.service import Founder, create_trip

SMALL, BIG, ROUNDS = 10, 10_000, 200
COPY_ACTIVITY = text("""
    INSERT INTO activities
    SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', gen_random_uuid(), 'position', one.position || lpad(number::text, 6, '0') || 'V')
    )).* FROM activities one, generate_series(1, :count) number WHERE one.id = :id
""")
COPY_TRIP = text("""
    WITH copies AS (
        INSERT INTO trips SELECT (jsonb_populate_record(one, jsonb_build_object(
            'id', gen_random_uuid(), 'created_at', one.created_at - number * interval '1 s')
        )).* FROM trips one, generate_series(1, :count) number WHERE one.id = :id RETURNING *
    )
    INSERT INTO trip_members SELECT (jsonb_populate_record(member, jsonb_build_object(
        'id', gen_random_uuid(), 'trip_id', copies.id, 'trip_created_at', copies.created_at)
    )).* FROM trip_members member, copies WHERE member.trip_id = :id
""")


def measure(folder: Path) -> Iterator[Figure]:
    """Medians of rounds taken in turn, in milliseconds."""
    with EmbeddedServers(folder, durable=False) as servers, Party.around(servers) as party:
        small, big = (_change(party, count) for count in (SMALL, BIG))
        yield _compare("a change", "entities", small, big)
        small, big = (_list(party, count) for count in (SMALL, BIG))
        yield _compare("the list", "trips", small, big)


def _compare(what: str, of: str, small: Callable[[], None], big: Callable[[], None]) -> Figure:
    for act in (small, big):
        act()
    with reading():
        db.session.execute(text("ANALYZE"))  # what autovacuum would have done by now
    rounds = [(_milliseconds(small), _milliseconds(big)) for _ in range(ROUNDS)]
    at_small, at_big = (median(times) for times in zip(*rounds, strict=True))
    name = f"{what} with {BIG:,} {of} beside {SMALL}"
    return Figure(name, at_big, "ms", at_small, goal=times_at_most(1.3))


def _change(party: Party, count: int) -> Callable[[], None]:
    trip_id, activities = party.trip(f"{count} entities", guests=False)
    _copy(COPY_ACTIVITY, activities[-1], count - len(activities))
    return lambda: apply_edit(party, trip_id, activities[0])


def _list(party: Party, count: int) -> Callable[[], None]:
    owner = make_person(party.app, f"Owner of {count}")
    with atomic():
        trip = create_trip(Founder(owner.user_id, owner.display_name), {"title": "Kyoto"})
    _copy(COPY_TRIP, str(trip.id), count - 1)
    return lambda: owner.get("/trips?limit=20")


def _copy(statement: TextClause, row_id: str, count: int) -> None:
    """Fill up with copies of a row: making them one by one would take minutes."""
    with atomic():
        db.session.execute(statement, {"id": row_id, "count": count})


def _milliseconds(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="wandr-bench-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        write_figures(measure(Path(folder)))
