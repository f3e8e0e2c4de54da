"""What a kind of trip content is: a declaration that everything else reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from marshmallow import Schema
from sqlalchemy import ColumnElement, Select, bindparam, select

from wandr.http.schema import WandrSchema
from wandr.permissions import Permission
from wandr.trips.models import Trip

if TYPE_CHECKING:
    from wandr.changes.ops import Op

Row = Any  # a mapped row that is `Versioned`
ALL_OPS = frozenset({"create", "update", "text", "move", "delete", "restore"})


@dataclass(frozen=True)
class Scene:
    """What the rules of an entity may look at: the locked trip, who acts, and the instant."""

    trip: Trip
    actor: UUID
    at: datetime


def _nothing(scene: Scene, row: Row, changed: frozenset[str]) -> None:
    """The rule of an entity that has none."""


def _no_fields(scene: Scene, row: Row, op: Op) -> Mapping[str, Any]:
    """What an entity computes whose ops say all that they set."""
    return {}


Rule = Callable[[Scene, Row, frozenset[str]], None]
# (scene, row as it is now, the op) -> fields that the op sets besides its own, if any
Compute = Callable[[Scene, Row, "Op"], Mapping[str, Any]]
# (scene, row as it is now, its view before the op, the op) -> ops that follow from it
Follow = Callable[[Scene, Row, Mapping[str, Any], "Op"], Sequence["Op"]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Entity:
    """One kind of content.

    `fields` is what a client may set, `view` what a reader sees (marshmallow both; every view
    field is a column of `model`). `registers` are fields that move together and are overwritten
    together; a field named in none is a register of its own. `strict` registers (money) are never
    overwritten blindly. `prepare` derives columns, `rule` raises Invalid for what a schema cannot
    know; both run under the lock. `options` are extras of its ops, beside their fields; `computes`
    makes fields of them, from the row as it is, so that two such ops add up: relative ones never
    conflict. `follows` maps the name of another entity to a function that
    returns the ops which follow from a change of it. `audience` says who may see a row; None is
    everybody in the trip; `visible_to` says the same to Postgres. `texts` are fields that several
    people type in at once: Yjs documents, plain text to readers. `label` is the field that names a
    row to people.
    """

    name: str
    plural: str
    model: type[Any]
    fields: type[Schema]
    view: type[Schema]
    needs: Permission
    needs_for: Mapping[str, Permission] = field(default_factory=dict)
    registers: tuple[frozenset[str], ...] = ()
    strict: frozenset[str] = frozenset()
    ordered_within: tuple[str, ...] | None = None
    prepare: Rule = _nothing
    rule: Rule = _nothing
    follows: Mapping[str, Follow] = field(default_factory=dict)
    audience: Callable[[Row], list[str] | None] | None = None
    visible_to: Callable[[UUID], ColumnElement[bool]] | None = None
    texts: frozenset[str] = frozenset()
    label: str = "title"
    options: type[Schema] = WandrSchema
    computes: Compute = _no_fields
    client_ops: frozenset[str] = ALL_OPS
    key: str = "id"
    keeps_tombstones: bool = True

    def permission_for(self, kind: str) -> Permission:
        """The permission that an op of this kind needs."""
        return self.needs_for.get(kind, self.needs)

    def register_of(self, name: str) -> str:
        """The name of the register that a field belongs to: its fields, sorted, joined by `+`."""
        for group in self.registers:
            if name in group:
                return "+".join(sorted(group))
        return name

    def see(self, row: Row) -> dict[str, Any]:
        """The row as a reader sees it, ready for JSON."""
        seen: dict[str, Any] = self.viewer.dump(row)
        return seen

    def audience_of(self, row: Row) -> list[str] | None:
        """The ids of the users who may see the row, or None for all members."""
        return self.audience(row) if self.audience else None

    @cached_property
    def finder(self) -> Select[Any]:
        """Finds a row by its `key` and `trip_id`, fresh. Made once: it takes as long as a query."""
        model = self.model
        named = getattr(model, self.key) == bindparam("key"), model.trip_id == bindparam("trip_id")
        return select(model).where(*named).execution_options(populate_existing=True)

    @cached_property
    def viewer(self) -> Schema:
        return self.view()

    @cached_property
    def loader(self) -> Schema:
        return self.fields()

    @cached_property
    def partial_loader(self) -> Schema:
        return self.fields(partial=True)

    @cached_property
    def option_names(self) -> frozenset[str]:
        return frozenset(self.options().fields)

    @cached_property
    def restorer(self) -> Schema:
        """Reads back what `see` has written."""
        return self.view(partial=True)


class Registry:
    """The entities by name, in the order in which they were registered."""

    def __init__(self) -> None:
        self._entities: dict[str, Entity] = {}

    def register(self, *entities: Entity) -> None:
        """Let these kinds of content take part. Registering one again changes nothing."""
        for entity in entities:
            self._entities[entity.name] = entity

    def find(self, name: str) -> Entity | None:
        """The entity of this name, or None."""
        return self._entities.get(name)

    def followers_of(self, name: str) -> Iterator[Follow]:
        """The functions that derive ops from a change of the entity of this name."""
        for entity in self._entities.values():
            if name in entity.follows:
                yield entity.follows[name]

    def option_schemas(self) -> list[type[Schema]]:
        """The extras that ops take, of each kind of content that has some."""
        return [one.options for one in self._entities.values() if one.option_names]

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._entities.values())


registry = Registry()
