"""Scalars: JSON as it stands. What comes out is rendered already, what comes in is read by the
marshmallow schemas of REST, so that both doors refuse the same."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError, ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

from wandr.errors import BadRequest
from wandr.http.fields import UUID_FORM
from wandr.http.json import read_json

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


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError("Not a string.")
    return value


def _read_json(value: Any) -> Any:
    """What was written in the question, within the bounds that REST has for a body. There it would
    stand two levels deep, as an op in its list does."""
    text = json.dumps(value, default=str)
    try:
        ((read,),) = read_json(f"[[{text}]]".encode())
    except BadRequest as refusal:
        raise GraphQLError(refusal.detail) from None
    return read


def _literal(node: ValueNode, variables: dict[str, Any] | None) -> Any:
    try:
        return value_from_ast_untyped(node, variables)
    except ValueError:  # Python reads no longer ones
        raise GraphQLError("A number has too many digits.") from None


def _scalar(
    name: str,
    description: str,
    read: Callable[[Any], Any],
    write: Callable[[Any], Any] = _as_it_stands,
    *,
    read_literal: Callable[[Any], Any] | None = None,
) -> ScalarDefinition:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        return (read_literal or read)(_literal(node, variables))

    return strawberry.scalar(
        name=name,
        description=description,
        serialize=write,
        parse_value=read,
        parse_literal=parse_literal,
    )


SCALARS: dict[object, ScalarDefinition] = {
    UUID: _scalar("UUID", "A UUID with hyphens (RFC 9562).", _read_uuid, str),
    Date: _scalar("Date", "A calendar day, `YYYY-MM-DD`.", _read_text),
    Time: _scalar("Time", "A local time of day, `HH:MM`.", _read_text),
    DateTime: _scalar("DateTime", "An instant in UTC (RFC 3339).", _read_text),
    BigInt: _scalar("BigInt", "A whole number of up to 53 bits.", _read_whole),
    # A variable came in the body, which is bounded already.
    JSON: _scalar("JSON", "Any JSON value.", _as_it_stands, read_literal=_read_json),
}
