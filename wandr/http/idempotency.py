"""`Idempotency-Key`: the same POST again gets the first answer again, kept 24 hours.

The row is written in the request's own transaction, so of many concurrent duplicates one does
the work while the others wait on the unique key and then replay it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, request
from sqlalchemy import CheckConstraint, LargeBinary, Text, delete
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, utc_now
from wandr.errors import BadRequest, Invalid
from wandr.extensions import db

KEPT_FOR = timedelta(hours=24)
REPLAYED_HEADERS = ("Content-Type", "ETag", "Location")


class IdempotencyRecord(Base):
    """The first answer to a keyed request; `status` is null only inside its transaction."""

    __tablename__ = "idempotency_records"
    __table_args__ = (CheckConstraint("length(key) <= 255", name="key_length"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(Text, primary_key=True)
    path: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    body: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


def idempotently(user_id: UUID, answer: Callable[[], Response]) -> Response:
    """Answer the request, or replay its first answer. Must run inside `atomic()`."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return answer()
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise BadRequest("Idempotency-Key must have 1 to 255 printable characters.")
    identity = (user_id, request.method, request.path.rstrip("/"), key)
    if not _claim(identity):
        return _replay(identity)
    response = answer()
    record = db.session.get_one(IdempotencyRecord, identity)
    record.status = response.status_code
    record.body = response.get_data(as_text=True)
    record.headers = {
        name: response.headers[name] for name in REPLAYED_HEADERS if name in response.headers
    }
    return response


def forget_old_keys() -> int:
    """Delete what is older than a day; the number deleted. Must run inside `atomic()`."""
    old = delete(IdempotencyRecord).where(IdempotencyRecord.at < utc_now() - KEPT_FOR)
    return db.session.execute(old).rowcount  # type: ignore[attr-defined]


def _claim(identity: tuple[UUID, str, str, str]) -> bool:
    user_id, method, path, key = identity
    expired = delete(IdempotencyRecord).where(
        IdempotencyRecord.user_id == user_id,
        IdempotencyRecord.key == key,
        IdempotencyRecord.at < utc_now() - KEPT_FOR,
    )
    db.session.execute(expired)
    row = insert(IdempotencyRecord).values(
        user_id=user_id, method=method, path=path, key=key, body_hash=_body_hash()
    )
    claimed = db.session.execute(row.on_conflict_do_nothing().returning(IdempotencyRecord.key))
    return claimed.scalar() is not None


def _replay(identity: tuple[UUID, str, str, str]) -> Response:
    first = db.session.get_one(IdempotencyRecord, identity, populate_existing=True)
    if first.body_hash != _body_hash():
        raise Invalid(
            "This Idempotency-Key was used with another body.", code="idempotency_key_reused"
        )
    response = Response(first.body, first.status, headers=first.headers)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _body_hash() -> bytes:
    return hashlib.sha256(request.get_data(cache=True)).digest()
