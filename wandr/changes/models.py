"""The log of changes, and the outcome of every mutation that a client may send again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, utc_now


class TripChange(Base):
    """Ops applied together. `ops` are resolved, each with its audience; `inverse` undoes them.

    `undoes` is the seq of the change that this one took back; `size` is what `ops` weigh, in bytes.
    """

    __tablename__ = "trip_changes"
    __table_args__ = (Index("ix_trip_changes_at", "at", postgresql_using="brin"),)

    trip_id: Mapped[UUID] = mapped_column(
        ForeignKey("trips.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    client_id: Mapped[UUID | None]
    mutation_id: Mapped[UUID | None]
    source: Mapped[str] = mapped_column(Text)
    ops: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    inverse: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    undoes: Mapped[int | None] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(Computed("octet_length(ops::text)", persisted=True))
    at: Mapped[datetime]


class TripMutation(Base):
    """What became of a mutation, applied or refused: a second delivery gets the same answer."""

    __tablename__ = "trip_mutations"
    __table_args__ = (Index("ix_trip_mutations_at", "at"),)

    trip_id: Mapped[UUID] = mapped_column(
        ForeignKey("trips.id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    mutation_id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(default=utc_now)


class TripText(Base):
    """The Yjs document behind a text that several people type in, once somebody has."""

    __tablename__ = "trip_texts"

    trip_id: Mapped[UUID] = mapped_column(
        ForeignKey("trips.id", ondelete="CASCADE"), primary_key=True
    )
    entity: Mapped[str] = mapped_column(Text, primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[bytes] = mapped_column(LargeBinary)
