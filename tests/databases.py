"""Databases in which commits are commits, for tests of locks, time, leases, workers and sockets.

Each is a copy of the migrated one, lent to a test, emptied afterwards and lent again: to copy and
to drop one takes Postgres ten times as long, and longer each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from sqlalchemy import URL

TEMPLATE = "wandr_template"  # nobody ever connects to it: it can be copied at any time
EMPTIED = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    DO $$ DECLARE filled text; BEGIN
        SELECT string_agg(oid::regclass::text, ', ') INTO filled FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0;
        IF filled IS NOT NULL THEN
            EXECUTE 'TRUNCATE ' || filled || ' RESTART IDENTITY CASCADE';
        END IF;
    END $$
"""


class Databases:
    """Copies of the migrated database, which must be quiet when this is made."""

    def __init__(self, migrated: URL) -> None:
        self._migrated = migrated
        self._idle: list[URL] = []
        self._made = 0
        administer(migrated, f"CREATE DATABASE {TEMPLATE} TEMPLATE {migrated.database}")

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The address of an empty database that nobody else uses meanwhile."""
        url = self._idle.pop() if self._idle else self._copy()
        try:
            yield url.render_as_string(hide_password=False)
        finally:
            execute(url, EMPTIED)
            self._idle.append(url)

    def _copy(self) -> URL:
        self._made += 1
        name = f"wandr_{self._made}"
        administer(self._migrated, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self._migrated.set(database=name)


def administer(url: URL, statement: str) -> None:
    """Execute what must not be said inside the database that it is about."""
    execute(url.set(database="postgres"), statement)


def execute(url: URL, statement: str) -> None:
    """Execute a statement outside of a transaction."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
