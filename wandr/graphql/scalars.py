"""Scalars: JSON as it stands. What comes out is rendered already, what comes in is read by the
marshmallow schemas of REST, so that both doors refuse the same."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from wandr.http.fields import UUID_FORM

UUID = NewType("UUID", uuid.UUID)
Date = NewType("Date", str)
Time = NewType("Time", str)
DateTime = NewType("DateTime", str)
BigInt = NewType("BigInt", int)
JSON = NewType("JSON", object)


def _as_it_stands(value: Any) -> Any:
    return value


def _read_uuid(value: Any) -> uuid.UUID:
    if not isinstance(value, str) or not UUID_FORM.fullmatch(value):
        raise ValueError("Not a UUID.")
    return uuid.UUID(value)


def _scalar(
    name: str,
    description: str,
    read: Callable[[Any], Any] = _as_it_stands,
    write: Callable[[Any], Any] = _as_it_stands,
) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=write, parse_value=read)


SCALARS: dict[object, ScalarDefinition] = {
    UUID: _scalar("UUID", "A UUID with hyphens (RFC 9562).", _read_uuid, str),
    Date: _scalar("Date", "A calendar day, `YYYY-MM-DD`."),
    Time: _scalar("Time", "A local time of day, `HH:MM`."),
    DateTime: _scalar("DateTime", "An instant in UTC (RFC 3339)."),
    BigInt: _scalar("BigInt", "A whole number of up to 53 bits."),
    JSON: _scalar("JSON", "Any JSON value."),
}
