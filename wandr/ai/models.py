"""What was asked of the assistant, what it said meanwhile, and what it proposes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, declared_attr, mapped_column, relationship

from wandr.base import Base, Record, utc_now

KINDS: Final = ("plan_trip", "plan_day", "suggest", "check", "ask", "repair")
ACTIVE: Final = ("queued", "running")
TERMINAL: Final = ("succeeded", "failed", "cancelled", "expired")
LAST_EVENTS: Final = ("done", "error", "cancelled")
EVENT_TYPES: Final = ("status", "delta", "proposal", "reset", *LAST_EVENTS)
PROPOSAL_STATUSES: Final = ("open", "accepted", "partly", "refused", "stale")
ITEM_STATUSES: Final = ("pending", "accepted", "refused", "stale", "ungrounded")


class Proposal(Record, Base):
    """Ops that the assistant suggests on the trip as it was at `base_seq`."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint(f"status IN {PROPOSAL_STATUSES}", name="status_known"),
        Index("ix_proposals_trip_id_created_at_id", "trip_id", "created_at", "id"),
    )

    trip_id: Mapped[UUID] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    request_id: Mapped[UUID] = mapped_column(
        ForeignKey("ai_requests.id", ondelete="CASCADE"), unique=True
    )
    base_seq: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, default="open")
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    items: Mapped[list[ProposalItem]] = relationship(
        order_by="ProposalItem.place", lazy="raise", passive_deletes=True
    )


class ProposalItem(Record, Base):
    """One part of a proposal, accepted or refused as a whole. `key` is its name in there."""

    __tablename__ = "proposal_items"
    __table_args__ = (
        CheckConstraint(f"status IN {ITEM_STATUSES}", name="status_known"),
        CheckConstraint(
            "(status = 'accepted') = (applied_seq IS NOT NULL)", name="applied_has_seq"
        ),
        Index("uq_proposal_items_proposal_id_key", "proposal_id", "key", unique=True),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"))
    place: Mapped[int]
    key: Mapped[str] = mapped_column(Text)
    ops: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    depends_on: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    cost_delta_minor: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, default="pending")
    applied_seq: Mapped[int | None] = mapped_column(BigInteger)


class Conversation(Record, Base):
    """Questions that belong together: in a trip its members', without one its maker's alone."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_trip_id_created_at_id", "trip_id", "created_at", "id"),
        Index("ix_conversations_created_by_created_at_id", "created_by", "created_at", "id"),
    )

    trip_id: Mapped[UUID | None] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(Text, default="")


class AiRequest(Record, Base):
    """One question, and the lease of the attempt that answers it.

    Only `leases` writes the state. `queued → running → one of TERMINAL`; an attempt whose lease
    ran out goes back to queued as the next one. A terminal state is never left.
    """

    __tablename__ = "ai_requests"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        CheckConstraint(f"status IN {ACTIVE + TERMINAL}", name="status_known"),
        CheckConstraint("(status = 'running') = (lease_token IS NOT NULL)", name="running_leased"),
        CheckConstraint("(lease_token IS NULL) = (lease_until IS NULL)", name="lease_ends"),
        CheckConstraint(f"(status IN {ACTIVE}) = (finished_at IS NULL)", name="ended_has_end"),
        Index("ix_ai_requests_active", "trip_id", postgresql_where=text(f"status IN {ACTIVE}")),
        Index("ix_ai_requests_trip_id_finished_at", "trip_id", "finished_at"),
        Index(
            "ix_ai_requests_untold",
            "finished_at",
            postgresql_where=text("finished_at IS NOT NULL AND told_at IS NULL"),
        ),
    )

    trip_id: Mapped[UUID | None] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    input: Mapped[dict[str, Any]] = mapped_column(JSONB)  # prompt, day, wishes
    base_seq: Mapped[int] = mapped_column(BigInteger)  # 0 without a trip
    status: Mapped[str] = mapped_column(Text, default="queued")
    attempt: Mapped[int] = mapped_column(default=1)
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    queued_at: Mapped[datetime] = mapped_column(default=utc_now)  # the last time it was sent
    deadline_at: Mapped[datetime]
    cancel_requested_at: Mapped[datetime | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    provider: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # when people were told that it has finished

    @declared_attr
    def proposal_id(cls) -> Mapped[UUID | None]:
        """The proposal that it has led to."""
        found = select(Proposal.id).where(Proposal.request_id == cls.id)
        return column_property(found.scalar_subquery())


class AiEvent(Base):
    """What an attempt said, numbered without gaps in its request; the last is terminal."""

    __tablename__ = "ai_events"
    __table_args__ = (
        CheckConstraint(f"type IN {EVENT_TYPES}", name="type_known"),
        Index(
            "uq_ai_events_last",
            "request_id",
            unique=True,
            postgresql_where=text(f"type IN {LAST_EVENTS}"),
        ),
    )

    request_id: Mapped[UUID] = mapped_column(
        ForeignKey("ai_requests.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int]
    type: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]


class AiUsage(Record, Base):
    """Tokens of one call of a language model: reserved before it, settled after."""

    __tablename__ = "ai_usage"
    __table_args__ = (
        UniqueConstraint("request_id", "attempt", "step"),
        CheckConstraint("(settled_at IS NULL) = (tokens_in IS NULL)", name="settled_in"),
        CheckConstraint("(settled_at IS NULL) = (tokens_out IS NULL)", name="settled_out"),
        Index("ix_ai_usage_user_id_created_at", "user_id", "created_at"),
        Index("ix_ai_usage_trip_id_created_at", "trip_id", "created_at"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("ai_requests.id", ondelete="CASCADE"))
    trip_id: Mapped[UUID | None] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    attempt: Mapped[int]
    step: Mapped[int]
    provider: Mapped[str] = mapped_column(Text)
    reserved_tokens: Mapped[int]
    tokens_in: Mapped[int | None]
    tokens_out: Mapped[int | None]
    estimated: Mapped[bool] = mapped_column(default=False)
    settled_at: Mapped[datetime | None]
