"""The demo that `make run` shows: two people and their trip, made once."""

from __future__ import annotations

from sqlalchemy import func, select

from wandr.cli import DEMO_TRIP, DEMO_USERS
from wandr.extensions import db
from wandr.trips.models import Member, Trip


def test_the_demo_is_made_once(committed_app) -> None:
    for _ in range(2):
        told = committed_app.test_cli_runner().invoke(args=["seed"])
        assert told.exit_code == 0, told.output
    assert db.session.scalars(select(Trip.id)).all() == [DEMO_TRIP]
    members = select(func.count()).where(Member.trip_id == DEMO_TRIP)
    assert db.session.scalar(members) == len(DEMO_USERS)
