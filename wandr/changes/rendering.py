"""Views rendered by Postgres: the JSON of a row as `Entity.see` would write it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from uuid import UUID

from marshmallow import Schema
from sqlalchemy import ColumnElement, Text, case, cast, func, literal, literal_column
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by, dialect
from sqlalchemy.orm import InstrumentedAttribute

from wandr.changes.entity import Entity
from wandr.http.fields import SqlJson
from wandr.http.pages import Keyset
from wandr.permissions import DEFAULTS, Permission

DIALECT = dialect()


def json_members(view: Schema, model: Any) -> list[ColumnElement[Any] | str]:
    """Names and values, in turn, for `json_build_object`. TypeError when a view has no column."""
    members: list[ColumnElement[Any] | str] = []
    for name, field in view.fields.items():
        column = getattr(model, field.attribute or name, None)
        if not isinstance(field, SqlJson) or not isinstance(column, InstrumentedAttribute):
            raise TypeError(f"{type(view).__name__}.{name} cannot be rendered by Postgres.")
        members += [name, field.to_sql(column.expression)]
    return members


@cache
def json_of(entity: Entity) -> ColumnElement[Any]:
    """One row as JSON."""
    return settled(func.json_build_object(*json_members(entity.viewer, entity.model)))


def settled(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same expression as SQL text: SQLAlchemy need not walk its many parts at every use.

    It names its tables and brings none into the FROM clause: the statement around it must.
    """
    written = expression.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    return literal_column(str(written), expression.type)


def json_list(entity: Entity) -> ColumnElement[Any]:
    """All selected rows as a JSON array, in the order of their list, `[]` when there is none."""
    rows = func.json_agg(aggregate_order_by(json_of(entity), *order_of(entity)))
    return func.coalesce(rows, literal([], JSON))


def order_of(entity: Entity) -> list[ColumnElement[Any]]:
    """The order of a kind of content: its lists (nulls last), positions, ids."""
    model = entity.model
    lanes = [getattr(model, name).asc().nulls_last() for name in entity.ordered_within or ()]
    places = [model.position.asc()] if entity.ordered_within is not None else []
    return [*lanes, *places, model.id.asc()]


def keyset_of(entity: Entity) -> Keyset:
    """The same order, in expressions that are never null."""
    model = entity.model
    lanes: list[ColumnElement[Any]] = []
    for name in entity.ordered_within or ():
        column = getattr(model, name)
        lanes += [column.is_(None), func.coalesce(cast(column, Text), "")]
    places = [model.position] if entity.ordered_within is not None else []
    return Keyset(entity.plural, (*lanes, *places, model.id))


def trash_keyset_of(entity: Entity) -> Keyset:
    """The order of what is deleted: the last deleted first."""
    keys = entity.model.deleted_seq, entity.model.id
    return Keyset(f"deleted {entity.plural}", keys, descending=True)


def seen_by(entity: Entity, viewer: UUID, *, in_trash: bool = False) -> list[ColumnElement[bool]]:
    """Conditions: the live rows of an entity that a viewer may see, or the deleted ones."""
    alive = entity.model.deleted_seq.is_(None)
    found = [~alive if in_trash else alive]
    return [*found, entity.visible_to(viewer)] if entity.visible_to else found


def permissions_json(member: Any) -> ColumnElement[Any]:
    """A member's effective permissions, as `permissions.effective` computes them."""
    defaults = {
        role.value: {one.value: one in granted for one in Permission}
        for role, granted in DEFAULTS.items()
    }
    of_role = case(*((member.role == role, _jsonb(rights)) for role, rights in defaults.items()))
    return of_role.concat(member.permissions)


def _jsonb(value: Any) -> ColumnElement[Any]:
    return cast(literal(json.dumps(value), Text), JSONB)
