"""The users table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Record


def no_preferences() -> dict[str, Any]:
    """The preferences of somebody who has told none."""
    return {"interests": [], "pace": None, "diet": [], "mobility": None}


class User(Record, Base):
    """An account. A closed one stays as an anonymous row, for what it wrote in shared trips."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("length(display_name) BETWEEN 1 AND 80", name="display_name_length"),
        CheckConstraint("length(bio) <= 500", name="bio_length"),
    )

    email: Mapped[str] = mapped_column(String(254), unique=True)
    email_verified_at: Mapped[datetime | None]
    password_hash: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    display_name: Mapped[str] = mapped_column(String(80))
    bio: Mapped[str] = mapped_column(String(500), default="")
    home_location_id: Mapped[UUID | None]
    timezone: Mapped[str | None] = mapped_column(String(64))
    locale: Mapped[str | None] = mapped_column(String(35))
    currency: Mapped[str | None] = mapped_column(String(3))
    preferences: Mapped[dict[str, Any]] = mapped_column(JSONB, default=no_preferences)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def email_verified(self) -> bool:
        """Whether the owner has proved that the address is theirs."""
        return self.email_verified_at is not None
