"""A read costs its statement and nothing else, and leaves its connection as it found it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from wandr.extensions import db
from wandr.transaction import atomic, reading

WHO = text("SELECT pg_backend_pid()")
LAST = text("SELECT state, query FROM pg_stat_activity WHERE pid = :pid")
END = text("SELECT pg_terminate_backend(:pid, 5000)")


@pytest.fixture
def aside(committed_app, outer_engine: Engine):
    """A connection of somebody else, who watches and ends others."""
    with outer_engine.connect() as connection:
        yield connection


def test_a_read_sends_its_statement_and_no_other(aside) -> None:
    for _ in range(2):  # the driver would begin with the second
        with reading():
            pid = db.session.scalar(WHO)
    assert tuple(aside.execute(LAST, {"pid": pid}).one()) == ("idle", WHO.text)


def test_a_connection_that_dies_while_reading_takes_no_place_in_the_pool(aside) -> None:
    for _ in range(2):
        with reading():
            pid = db.session.scalar(WHO)
            aside.execute(END, {"pid": pid})
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with pytest.raises(OperationalError), reading():
            db.session.scalar(WHO)
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with reading():
            assert db.session.scalar(WHO) != pid


@pytest.mark.parametrize("left_early", [False, True])
def test_after_a_read_what_fails_leaves_nothing_behind(aside, left_early) -> None:
    with reading():
        pid = db.session.scalar(WHO)
        if left_early:
            db.session.rollback()
            assert db.session.scalar(WHO) == pid
    table = f"t{uuid4().hex}"
    with pytest.raises(ZeroDivisionError), atomic():
        assert db.session.scalar(WHO) == pid
        db.session.execute(text(f"CREATE TABLE {table} ()"))
        raise ZeroDivisionError
    with reading():
        assert db.session.scalar(text("SELECT to_regclass(:name)"), {"name": table}) is None
