"""A read takes one round trip; what follows it on the same connection is a transaction again."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from wandr.extensions import db
from wandr.transaction import atomic, reading


def test_a_read_is_one_round_trip(committed_app, committed_db) -> None:
    with reading():
        backend = db.session.scalar(text("SELECT pg_backend_pid() AS the_read"))
    asked = text("SELECT query FROM pg_stat_activity WHERE pid = :pid")
    beside = create_engine(committed_db)
    with beside.connect() as connection:
        assert "the_read" in connection.scalar(asked, {"pid": backend})
    beside.dispose()


def test_the_next_on_its_connection_has_a_transaction(committed_app) -> None:
    with reading():
        db.session.execute(text("CREATE TABLE made_by_a_reading ()"))
    try:
        with atomic():
            db.session.execute(text("DROP TABLE made_by_a_reading"))
            raise LookupError
    except LookupError:
        pass
    with reading():
        assert db.session.scalar(text("SELECT to_regclass('made_by_a_reading')")) is not None


def test_a_reading_that_ends_early_leaves_nothing_behind(committed_app) -> None:
    with reading():
        db.session.execute(text("SELECT 1"))
        db.session.rollback()  # the connection is back in the pool, the block goes on
        assert not db.session.connection().connection.driver_connection.autocommit
