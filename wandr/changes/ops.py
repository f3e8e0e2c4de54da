"""Ops: what a client asks for, read and validated before anything is locked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from wandr.changes.entity import Entity, registry
from wandr.changes.schemas import OpSchema, op_schema
from wandr.errors import Invalid, WandrError
from wandr.http.json import is_safe_json


class Mode(StrEnum):
    """How a batch meets what others did meanwhile."""

    LIVE = "live"  # the last write wins and is told what it overwrote; all ops or none
    OFFLINE = "offline"  # a collision is a conflict; every op for itself


@dataclass(frozen=True)
class End:
    """The place of an op that names no neighbour: the end of its list."""


END = End()


@dataclass(frozen=True)
class Op:
    """One operation. `after` is a neighbour's id, None for the top of the list, END for its end.

    An op that could not be read carries its `problem`; performing it is refused with that.
    """

    kind: str
    entity: Entity | None
    id: UUID
    fields: Mapping[str, Any] = field(default_factory=dict)
    after: UUID | None | End = END
    options: Mapping[str, Any] = field(default_factory=dict)
    rejects_conflicts: bool = False
    problem: WandrError | None = None


def read_ops(raw_ops: Sequence[Any]) -> list[Op]:
    """Read ops as clients send them (realtime.md, "Ops"). Raises Invalid when one has no shape.

    An op with a shape and wrong content is returned with its `problem`, for the batch to report.
    """
    reader = op_schema()
    errors: dict[int, Any] = {}
    ops: list[Op] = []
    for index, raw in enumerate(raw_ops):
        try:
            ops.append(_read_op(reader.load(raw)))
        except ValidationError as error:
            errors[index] = error.messages
    if errors:
        raise Invalid("Some ops cannot be read.", errors={"json": {"ops": errors}})
    return ops


def fingerprint(ops: Sequence[Op], mode: Mode) -> bytes:
    """A digest of what a mutation asks for, to know the same one from another under its id."""
    content = [mode, [_canonical(op) for op in ops]]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).digest()


def _canonical(op: Op) -> list[Any]:
    name = op.entity.name if op.entity else None
    return [op.kind, name, op.id, op.fields, op.after, op.options, op.rejects_conflicts]


def _read_op(raw: Mapping[str, Any]) -> Op:
    entity = registry.find(raw["entity"])
    kind = raw["op"]
    op = Op(
        kind,
        entity,
        raw["id"],
        after=raw.get("after", END),
        options={name: raw[name] for name in raw if name not in OpSchema._declared_fields},
        rejects_conflicts=raw.get("on_conflict") == "reject",
    )
    try:
        fields = _read_text(op, raw) if kind == "text" else _read_fields(op, raw)
    except WandrError as problem:
        return Op(kind, entity, op.id, fields={"unread": raw.get("fields")}, problem=problem)
    return Op(**{**vars(op), "fields": fields})


def _read_text(op: Op, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A text op's `field`, with the update of it."""
    entity = _taking(op)
    if not {"field", "update"} <= set(raw) or {"fields", "after"} & set(raw):
        raise Invalid("A text op has a field and an update, and nothing else.")
    if raw["field"] not in entity.texts:
        raise Invalid(f"There is no such text in the entity {entity.name}.", code="unknown_field")
    return {raw["field"]: raw["update"]}


def _taking(op: Op) -> Entity:
    """The entity of an op, which takes such ops from clients. Raises Invalid."""
    if op.entity is None:
        raise Invalid("There is no such entity.", code="unknown_entity")
    if op.kind not in op.entity.client_ops or not set(op.options) <= op.entity.option_names:
        raise Invalid(
            f"The entity {op.entity.name} does not take this {op.kind}.", code="unknown_op"
        )
    return op.entity


def _read_fields(op: Op, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    entity, raw = _taking(op), whole.get("fields", {})
    if {"field", "update"} & set(whole):
        raise Invalid(f"The op {op.kind} takes no field and no update.", code="unknown_op")
    if op.kind in ("delete", "restore"):
        if raw:
            raise Invalid(f"The op {op.kind} takes no fields.")
        return {}
    if not is_safe_json(raw):  # refused by name, they could not even be stored as an outcome
        raise Invalid("Fields must not contain NUL or unpaired surrogates.")
    loader = entity.loader if op.kind == "create" else entity.partial_loader
    try:
        fields: Mapping[str, Any] = loader.load(raw)
    except ValidationError as error:
        raise Invalid("Some fields are not as they must be.", errors=error.messages_dict) from None
    if op.kind == "move" and not set(fields) <= set(entity.ordered_within or ()):
        raise Invalid("A move changes only the place.", code="unknown_op")
    return fields
