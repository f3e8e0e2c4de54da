"""Filling an empty table before its indexes are built: faster, and the indexes come out smaller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Table, exists, select

from wandr.extensions import db


@contextmanager
def built_afterwards(table: Table) -> Iterator[None]:
    """Drop the indexes when the table is empty, and build them at the end.

    Must run inside `atomic()`: nobody sees the table without them.
    """
    if db.session.scalar(select(exists().select_from(table))):
        yield
        return
    connection = db.session.connection()
    for index in table.indexes:
        index.drop(connection)
    yield
    for index in table.indexes:
        index.create(connection)
