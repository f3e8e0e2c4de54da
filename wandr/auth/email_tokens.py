"""Mailed one-time tokens: who has one can read the mail of that address."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, update

from wandr.auth.models import EmailToken
from wandr.base import utc_now
from wandr.errors import Invalid
from wandr.extensions import db


class Purpose(StrEnum):
    """What a token is good for."""

    VERIFY = "verify"
    RESET = "reset"


LIFETIMES = {Purpose.VERIFY: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}


def issue_token(user_id: UUID | None, purpose: Purpose) -> str:
    """A new token; only its hash is kept. Without a user it is good for nothing."""
    token = secrets.token_urlsafe(32)
    row = EmailToken(
        user_id=user_id,
        token_hash=_digest(token),
        purpose=purpose.value,
        expires_at=utc_now() + LIFETIMES[purpose],
    )
    db.session.add(row)
    db.session.flush()
    return token


def check_token(token: str, purpose: Purpose) -> None:
    """Raise Invalid unless `spend_token` would take it just now."""
    if db.session.scalar(select(EmailToken.id).where(*_good(token, purpose))) is None:
        raise _refusal()


def spend_token(token: str, purpose: Purpose) -> UUID:
    """Whose token it is; of many at once, one is told. Invalid when it is spent or unknown."""
    statement = (
        update(EmailToken)
        .where(*_good(token, purpose))
        .values(used_at=utc_now())
        .returning(EmailToken.user_id)
        .execution_options(synchronize_session=False)
    )
    user_id = db.session.scalar(statement)
    if user_id is None:
        raise _refusal()
    return user_id


def void_tokens(user_id: UUID, purpose: Purpose) -> None:
    """Let none of somebody's tokens be good any more."""
    statement = delete(EmailToken).where(
        EmailToken.user_id == user_id, EmailToken.purpose == purpose.value
    )
    db.session.execute(statement.execution_options(synchronize_session=False))


def forget_old_tokens() -> int:
    """Delete what has expired; the number deleted."""
    result = db.session.execute(delete(EmailToken).where(EmailToken.expires_at < utc_now()))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _good(token: str, purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return (
        EmailToken.token_hash == _digest(token),
        EmailToken.purpose == purpose.value,
        EmailToken.used_at.is_(None),
        EmailToken.expires_at > func.now(),
        EmailToken.user_id.is_not(None),
    )


def _refusal() -> Invalid:
    return Invalid(
        "This token is unknown, spent or too old.",
        code="token_invalid",
        errors={"json": {"token": ["Ask for a new one."]}},
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
