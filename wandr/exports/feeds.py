"""Calendar feeds: a trip as one member sees it, at an address that is secret and can be changed."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from sqlalchemy import delete, select

from wandr.errors import NotFound
from wandr.exports.models import CalendarFeed
from wandr.exports.plan import Plan, read_plan
from wandr.extensions import db
from wandr.trips.access import trip_for
from wandr.trips.models import Member
from wandr.users.models import User


def open_feed(user_id: UUID, trip_id: UUID) -> str:
    """The token of a new feed, told this once; an earlier one of theirs ends. NotFound, outside."""
    member = trip_for(user_id, trip_id).member
    db.session.refresh(member, with_for_update=True)  # of two at once, the later one stays
    _delete(user_id, trip_id)
    token = secrets.token_urlsafe(24)
    db.session.add(CalendarFeed(trip_id=trip_id, user_id=user_id, token_hash=_hash(token)))
    db.session.flush()
    return token


def close_feed(user_id: UUID, trip_id: UUID) -> None:
    """End one's feed, if there is one. NotFound, outside."""
    trip_for(user_id, trip_id)
    _delete(user_id, trip_id)


def read_feed(token: str) -> Plan:
    """The plan behind a token. NotFound when the feed has ended, or its owner is no longer in the
    trip: who comes back needs a new one."""
    statement = (
        select(CalendarFeed.user_id, CalendarFeed.trip_id)
        .join(User, User.id == CalendarFeed.user_id)
        .join(
            Member,
            (Member.trip_id == CalendarFeed.trip_id) & (Member.user_id == CalendarFeed.user_id),
        )
        .where(
            CalendarFeed.token_hash == _hash(token),
            User.is_active,
            Member.created_at <= CalendarFeed.created_at,
        )
    )
    found = db.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound()
    return read_plan(*found)


def _delete(user_id: UUID, trip_id: UUID) -> None:
    theirs = CalendarFeed.user_id == user_id, CalendarFeed.trip_id == trip_id
    ended = delete(CalendarFeed).where(*theirs)
    db.session.execute(ended.execution_options(synchronize_session=False))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
