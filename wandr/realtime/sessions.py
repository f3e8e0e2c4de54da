"""Whether the people at open sockets are still logged in."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from wandr.auth.models import AuthSession
from wandr.extensions import db
from wandr.realtime.rooms import Connection
from wandr.users.models import User


def open_sessions(connections: Sequence[Connection]) -> set[UUID]:
    """Which sessions of these connections are open, their users active. One statement."""
    if not connections:
        return set()
    ids = {connection.session_id for connection in connections}
    statement = (
        select(AuthSession.id)
        .join(User, User.id == AuthSession.user_id)
        .where(
            AuthSession.id.in_(ids),
            AuthSession.ended_at.is_(None),
            AuthSession.expires_at > func.clock_timestamp(),
            User.is_active,
        )
    )
    return set(db.session.scalars(statement))
