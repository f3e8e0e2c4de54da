"""Scalars: JSON as it stands. What comes out is rendered already, what comes in is read by the
marshmallow schemas of REST, so that both doors refuse the same."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError, IntValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from wandr.http.fields import UUID_FORM

LARGEST: Final = 2**53 - 1  # what every JSON reader can hold

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
        raise GraphQLError("Not a UUID.")
    return uuid.UUID(value)


def _read_whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
        raise GraphQLError("Not a whole number of up to 53 bits.")
    return value


def _read_whole_literal(node: ValueNode, _: Any = None) -> int:
    digits = node.value if isinstance(node, IntValueNode) else ""
    return _read_whole(int(digits) if 0 < len(digits) < 20 else None)


def _scalar(
    name: str,
    description: str,
    read: Callable[[Any], Any] = _as_it_stands,
    write: Callable[[Any], Any] = _as_it_stands,
    *,
    read_literal: Callable[..., Any] | None = None,
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name,
        description=description,
        serialize=write,
        parse_value=read,
        parse_literal=read_literal,
    )


SCALARS: dict[object, ScalarDefinition] = {
    UUID: _scalar("UUID", "A UUID with hyphens (RFC 9562).", _read_uuid, str),
    Date: _scalar("Date", "A calendar day, `YYYY-MM-DD`."),
    Time: _scalar("Time", "A local time of day, `HH:MM`."),
    DateTime: _scalar("DateTime", "An instant in UTC (RFC 3339)."),
    BigInt: _scalar(
        "BigInt",
        "A whole number of up to 53 bits.",
        _read_whole,
        read_literal=_read_whole_literal,
    ),
    JSON: _scalar("JSON", "Any JSON value."),
}
