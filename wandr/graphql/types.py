"""GraphQL types made of marshmallow schemas: what a reader sees is declared once, for all doors."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Optional

import strawberry
from marshmallow import Schema, ValidationError, fields, validate
from strawberry import UNSET

from wandr.errors import Invalid
from wandr.graphql import scalars
from wandr.http import fields as ours

INT_32 = 2**31 - 1
# The first that fits counts.
KINDS: tuple[tuple[type[fields.Field], Any], ...] = (
    (fields.UUID, scalars.UUID),
    (fields.Date, scalars.Date),
    (ours.Clock, scalars.Time),
    (ours.Instant, scalars.DateTime),
    (fields.Boolean, bool),
    (fields.Float, float),
    (fields.String, str),
    (fields.Dict, scalars.JSON),
    (ours.Base64, str),
    (fields.Field, scalars.JSON),
)
_made: dict[type[Schema], Any] = {}


def type_of(view: type[Schema]) -> Any:
    """The object type of a view: `ActivityView` is `Activity`. Its values are mappings."""
    if view not in _made:
        _made[view] = fields_of(view, _stem(view))
    return _made[view]


def fields_of(view: type[Schema], name: str | None = None) -> Any:
    """A type with the fields of a view, for another to inherit."""
    name = name or view.__name__ + "Fields"
    annotations = {
        key: _annotation(field, may_miss=not field.required) for key, field in view().fields.items()
    }
    return strawberry.type(class_of(name, annotations), description=_told(view))


def stands_for(view: type[Schema]) -> Callable[[type], type]:
    """Let a class that says more of itself be the type of a view, wherever that is nested."""

    def decorate(cls: type) -> type:
        _made[view] = strawberry.type(cls, description=_told(view))
        made: type = _made[view]
        return made

    return decorate


@cache
def input_of(schema: type[Schema], name: str | None = None) -> Any:
    """The input type of a schema: `TripFields` is `TripInput`. Nothing is required here that has a
    default there."""
    given: dict[str, Any] = {}
    annotations: dict[str, Any] = {}
    for key, field in schema().load_fields.items():
        annotations[key] = _annotation(field, is_input=True, may_miss=not field.required)
        if not field.required:
            given[key] = UNSET
    return strawberry.input(
        class_of(name or f"{_stem(schema)}Input", annotations, given), description=_told(schema)
    )


def class_of(name: str, annotations: dict[str, Any], values: dict[str, Any] | None = None) -> type:
    """A class as if it were written out, for strawberry to read."""
    return type(
        name, (), {"__annotations__": annotations, "__module__": __name__, **(values or {})}
    )


def loaded(schema: type[Schema], given: Any) -> Any:
    """What a client gave, as REST would have loaded it. Raises Invalid."""
    try:
        return schema().load(plain(given))
    except ValidationError as error:
        told = {"json": error.messages}
        raise Invalid("Some fields are not as they must be.", errors=told) from None


def plain(given: Any) -> Any:
    """An input as JSON, by the names of REST; what was not given is left out."""
    if hasattr(given, "__strawberry_definition__"):
        given = vars(given)
    if isinstance(given, dict):
        return {name: plain(one) for name, one in given.items() if one is not UNSET}
    return [plain(one) for one in given] if isinstance(given, list) else given


def read_value(source: Any, name: str) -> Any:
    """The default resolver: a key of a mapping, if it has it; an attribute of all else."""
    return source.get(name) if isinstance(source, dict) else getattr(source, name)


def _annotation(field: fields.Field, *, is_input: bool = False, may_miss: bool = False) -> Any:
    kind = _kind(field, is_input=is_input)
    return Optional[kind] if field.allow_none or may_miss else kind  # noqa: UP045


def _kind(field: fields.Field, *, is_input: bool) -> Any:
    if isinstance(field, fields.Nested):
        schema = type(field.schema)
        return input_of(schema) if is_input else type_of(schema)
    if isinstance(field, fields.List):
        return list[_annotation(field.inner, is_input=is_input)]
    if isinstance(field, fields.Integer):
        return scalars.BigInt if _is_large(field) else int
    return next(kind for made, kind in KINDS if isinstance(field, made))


def _is_large(field: fields.Field) -> bool:
    ranges = [one for one in field.validators if isinstance(one, validate.Range)]
    return any((one.max or 0) > INT_32 for one in ranges)


def _stem(schema: type[Schema]) -> str:
    """The name of a schema without what it is to marshmallow."""
    return re.sub("(View|Fields|Create|Schema)$", "", schema.__name__)


def _told(schema: type[Schema]) -> str:
    return " ".join((schema.__doc__ or "").split())
