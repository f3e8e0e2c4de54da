"""What every table is made of."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from uuid6 import uuid7

# Named constraints, so that a migration can speak of them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562): sortable by the time it was made."""
    return UUID(int=uuid7().int)


def utc_now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """The declarative base; Python dates become `timestamptz`, identifiers become `uuid`."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: DateTime(timezone=True), UUID: Uuid},
    )


class Record:
    """A row with an identity of its own and the instants of its making and last change."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-3)
    created_at: Mapped[datetime] = mapped_column(default=utc_now, sort_order=900)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, sort_order=901)


class Versioned:
    """A row that only the write path changes.

    `version` is the seq of its last change, `register_seqs` that of each register (`*`: of its
    making), `deleted_seq` that of its deletion: a tombstone keeps all it had. `origins` names, of
    a register that an undo wrote, the change whose values it holds again (see `changes.registers`).
    """

    version: Mapped[int] = mapped_column(BigInteger, default=0, sort_order=902)
    register_seqs: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, sort_order=903)
    origins: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, sort_order=904)
    deleted_seq: Mapped[int | None] = mapped_column(BigInteger, sort_order=905)


class Content(Record, Versioned):
    """A row of a trip's content."""

    trip_id: Mapped[UUID] = mapped_column(
        ForeignKey("trips.id", ondelete="CASCADE"), index=True, sort_order=-2
    )


class Ordered:
    """A row with a place in a list; keys compare byte by byte, so the column must too."""

    position: Mapped[str] = mapped_column(Text(collation="C"), sort_order=899)
