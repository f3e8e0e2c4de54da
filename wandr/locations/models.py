"""The tables of places, and the two questions they are indexed for: called what, near what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DDL,
    REAL,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Record


def unit_vector(latitude: Any, longitude: Any) -> ColumnElement[Any]:
    """The place on a sphere of radius 1 as a `cube` point.

    Straight distances between such points grow with the distance over ground, at the poles and
    across the date line as anywhere: one index answers "what is nearest" without a special case.
    """
    latitude, longitude = func.radians(latitude), func.radians(longitude)
    flat = func.cos(latitude)
    return func.cube(
        array([flat * func.cos(longitude), flat * func.sin(longitude), func.sin(latitude)])
    )


class Location(Record, Base):
    """A place on Earth. Loaded ones belong to nobody; a custom one to the user who made it."""

    __tablename__ = "locations"

    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    latitude: Mapped[float]
    longitude: Mapped[float]
    country_code: Mapped[str | None] = mapped_column(String(2))
    admin: Mapped[str | None] = mapped_column(String(200))
    timezone: Mapped[str | None] = mapped_column(String(64))
    population: Mapped[int | None]
    hours: Mapped[str | None] = mapped_column(String(500))
    source: Mapped[str] = mapped_column(String(40))
    source_id: Mapped[str] = mapped_column(String(200))
    attribution: Mapped[str] = mapped_column(String(300))
    # Of sights: minutes, interests, indoor, prominence, price_band, confidence, local_name, city.
    # Of custom places: other_names, of what was merged into them.
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    # Folded words around the name (country, region, city), for "paris texas".
    context: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))

    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_range"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_range"),
        Index(
            "ix_locations_created_by",
            "created_by",
            postgresql_where=text("created_by IS NOT NULL"),
        ),
    )


# What orders by another expression than this one does not use the index.
PLACE = unit_vector(Location.latitude, Location.longitude)

Index(
    "ix_locations_place",
    PLACE,
    postgresql_using="gist",
    postgresql_where=Location.created_by.is_(None),
)


NAME_KEY = "uq_location_names_of_each"


class LocationName(Base):
    """One folded name of a place (see `names.fold`), with what ranking and filters need beside it.

    `weight` (0..1) says how likely the place is meant; `owner_id` is for whom alone it is called
    so: custom places, and what their owners merged into public ones.
    """

    __tablename__ = "location_names"
    __mapper_args__ = {"primary_key": ["location_id", "name", "owner_id"]}
    __table_args__ = (
        UniqueConstraint(
            "location_id", "name", "owner_id", name=NAME_KEY, postgresql_nulls_not_distinct=True
        ),
        Index(
            "ix_location_names_prefix",
            "name",
            "weight",
            "kind",
            "location_id",
            postgresql_where=text("owner_id IS NULL"),
        ),
        Index(
            "ix_location_names_famous",
            "name",
            "weight",
            "kind",
            "location_id",
            postgresql_where=text("owner_id IS NULL AND weight >= 0.5"),
        ),
        Index(
            "ix_location_names_similar",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
            postgresql_where=text("owner_id IS NULL AND forgiving"),
        ),
        Index(
            "ix_location_names_owner_id",
            "owner_id",
            postgresql_where=text("owner_id IS NOT NULL"),
        ),
    )

    location_id: Mapped[UUID] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    # Byte order makes every prefix a range of the index, whatever the database's locale.
    name: Mapped[str] = mapped_column(Text(collation="C"))
    kind: Mapped[str] = mapped_column(String(20))
    weight: Mapped[float] = mapped_column(REAL)
    # Whether typos in it are forgiven. Not for a spelling close to another one of the same place.
    forgiving: Mapped[bool]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))


for statement in ("CREATE EXTENSION IF NOT EXISTS cube", "CREATE EXTENSION IF NOT EXISTS pg_trgm"):
    event.listen(Base.metadata, "before_create", DDL(statement))


class ServiceAnswer(Base):
    """What a mapping service has answered, kept as long as its policy and the matter allow."""

    __tablename__ = "service_answers"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)  # of service and question
    service: Mapped[str] = mapped_column(Text)
    body: Mapped[Any] = mapped_column(JSONB)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ServiceSlot(Base):
    """When a service may be asked next, by any process: its usage policy allows so much."""

    __tablename__ = "service_slots"

    service: Mapped[str] = mapped_column(Text, primary_key=True)
    next_at: Mapped[datetime]
