"""The REST routes that every kind of content has: list, create, read, update, delete and restore,
move, the trash, and the documents behind its texts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema
from sqlalchemy import Text, cast, select

from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.base import new_id
from wandr.changes import feed
from wandr.changes.entity import Entity
from wandr.changes.ops import END, Op
from wandr.changes.outcome import Outcome
from wandr.changes.rendering import json_of, keyset_of, seen_by, trash_keyset_of
from wandr.changes.schemas import TextView
from wandr.changes.service import apply
from wandr.errors import (
    BadRequest,
    Conflict,
    Invalid,
    NotFound,
    PreconditionRequired,
    Stale,
    WandrError,
)
from wandr.extensions import db
from wandr.http.etags import expected_version, made_here, versioned
from wandr.http.fields import Identifier
from wandr.http.pages import PageQuery, page_of, page_text
from wandr.http.schema import Blueprint, problems, update_of
from wandr.permissions import Permission
from wandr.trips.access import trip_for


def content_routes(entity: Entity) -> Blueprint:
    """A blueprint with the routes of a kind of content under `/trips/{trip_id}/`."""
    blueprint = Blueprint(
        entity.plural,
        __name__,
        url_prefix=f"/trips/<uuid:trip_id>/{entity.plural}",
        description=(entity.view.__doc__ or "").strip(),
    )
    for add in (_add_list, _add_create, _add_trash, _add_read, _add_update, _add_delete):
        add(blueprint, entity)
    for add in (_add_restore, _add_move, _add_texts):
        add(blueprint, entity)
    return blueprint


def _add_list(blueprint: Blueprint, entity: Entity) -> None:
    keyset = keyset_of(entity)

    @door(Permission.VIEW)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, page_of(entity.view))
    @problems(Invalid)
    def list_rows(args: dict[str, Any], trip_id: UUID) -> Response:
        trip_for(me().user_id, trip_id)
        rows = select(cast(json_of(entity), Text)).where(entity.model.trip_id == trip_id)
        return page_text(*keyset.page(rows.where(*seen_by(entity, me().user_id)), args["page"]))

    summary = f"List the {entity.plural}."
    _add(blueprint, list_rows, path="", method="GET", name=f"list_{entity.plural}", summary=summary)


def _add_trash(blueprint: Blueprint, entity: Entity) -> None:
    newest_first = trash_keyset_of(entity)

    @door(Permission.VIEW)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, page_of(entity.view))
    @problems(Invalid)
    def list_trash(args: dict[str, Any], trip_id: UUID) -> Response:
        trip_for(me().user_id, trip_id)
        rows = select(cast(json_of(entity), Text)).where(
            entity.model.trip_id == trip_id, *seen_by(entity, me().user_id, in_trash=True)
        )
        return page_text(*newest_first.page(rows, args["page"]))

    summary = f"List the deleted {entity.plural}, as they were, the last deleted first."
    name = f"list_deleted_{entity.plural}"
    _add(blueprint, list_trash, path="/trash", method="GET", name=name, summary=summary)


def _add_create(blueprint: Blueprint, entity: Entity) -> None:
    @door(entity.permission_for("create"))
    @blueprint.arguments(_create_schema(entity))
    @blueprint.response(201, entity.view)
    @problems(BadRequest, Conflict, Invalid)
    def create_row(body: dict[str, Any], trip_id: UUID) -> Response:
        row_id, after = body.pop("id", new_id()), body.pop("after", END)
        apply_from_rest(trip_id, Op("create", entity, row_id, body, after))
        return _answer(entity, trip_id, row_id, status=201, headers=made_here(row_id))

    summary = f"Create one of the {entity.plural}."
    _add(
        blueprint, create_row, path="", method="POST", name=f"create_{entity.name}", summary=summary
    )


def _add_read(blueprint: Blueprint, entity: Entity) -> None:
    @door(Permission.VIEW)
    @blueprint.response(200, entity.view)
    def read_row(trip_id: UUID, row_id: UUID) -> Response:
        trip_for(me().user_id, trip_id)
        return _answer(entity, trip_id, row_id)

    summary = f"One {entity.name}."
    _add(blueprint, read_row, method="GET", name=f"read_{entity.name}", summary=summary)


def _add_update(blueprint: Blueprint, entity: Entity) -> None:
    name = f"{entity.fields.__name__.removesuffix('Fields')}Update"

    @door(entity.permission_for("update"))
    @blueprint.arguments(update_of(entity.fields, name))
    @blueprint.response(200, entity.view)
    @problems(BadRequest, Conflict, Stale, Invalid, *_money_problems(entity))
    def update_row(body: dict[str, Any], trip_id: UUID, row_id: UUID) -> Response:
        apply_from_rest(trip_id, Op("update", entity, row_id, body))
        return _answer(entity, trip_id, row_id)

    summary = f"Change fields of one {entity.name}."
    _add(blueprint, update_row, method="PATCH", name=f"update_{entity.name}", summary=summary)


def _add_delete(blueprint: Blueprint, entity: Entity) -> None:
    @door(entity.permission_for("delete"))
    @blueprint.response(204)
    @problems(Stale)
    def delete_row(trip_id: UUID, row_id: UUID) -> tuple[str, int]:
        outcome = apply_from_rest(trip_id, Op("delete", entity, row_id))
        if outcome.results[0].status == "noop":
            raise NotFound()
        return "", 204

    summary = f"Delete one {entity.name}; it can be restored."
    _add(blueprint, delete_row, method="DELETE", name=f"delete_{entity.name}", summary=summary)


def _add_restore(blueprint: Blueprint, entity: Entity) -> None:
    @door(entity.permission_for("restore"))
    @blueprint.response(200, entity.view)
    @problems(Conflict, Stale)
    def restore_row(trip_id: UUID, row_id: UUID) -> Response:
        apply_from_rest(trip_id, Op("restore", entity, row_id))
        return _answer(entity, trip_id, row_id)

    summary, path = f"Restore one deleted {entity.name}.", "/<uuid:row_id>/restoration"
    name = f"restore_{entity.name}"
    _add(blueprint, restore_row, path=path, method="POST", name=name, summary=summary)


def _add_texts(blueprint: Blueprint, entity: Entity) -> None:
    for field in sorted(entity.texts):
        _add_text(blueprint, entity, field)


def _add_text(blueprint: Blueprint, entity: Entity, field: str) -> None:
    @door(Permission.VIEW)
    @blueprint.response(200, TextView)
    def read_text(trip_id: UUID, row_id: UUID) -> Response:
        return versioned(*feed.read_text(entity, trip_id, row_id, field, viewer=me().user_id))

    summary = f"The Yjs document behind the {field} of one {entity.name}."
    path, name = f"/<uuid:row_id>/text/{field}", f"read_{entity.name}_{field}"
    _add(blueprint, read_text, path=path, method="GET", name=name, summary=summary)


def _add_move(blueprint: Blueprint, entity: Entity) -> None:
    if entity.ordered_within is None:
        return

    @door(entity.permission_for("move"))
    @blueprint.arguments(_move_schema(entity))
    @blueprint.response(200, entity.view)
    @problems(BadRequest, Conflict, Stale, Invalid)
    def move_row(body: dict[str, Any], trip_id: UUID, row_id: UUID) -> Response:
        after = body.pop("after", END)
        apply_from_rest(trip_id, Op("move", entity, row_id, body, after))
        return _answer(entity, trip_id, row_id)

    summary = f"Put one {entity.name} after another, on top (null) or at the end (no `after`)."
    path = "/<uuid:row_id>/move"
    _add(blueprint, move_row, path=path, method="POST", name=f"move_{entity.name}", summary=summary)


def _add(
    blueprint: Blueprint,
    view: Callable[..., Any],
    *,
    path: str = "/<uuid:row_id>",
    method: str,
    name: str,
    summary: str,
) -> None:
    view.__name__, view.__doc__ = name, summary
    blueprint.route(path, methods=[method])(view)


def apply_from_rest(trip_id: UUID, op: Op) -> Outcome:
    """Apply one op for the caller of this request, or raise its refusal; `If-Match` counts."""
    principal = me()
    outcome = apply(
        trip_id,
        principal.user_id,
        [op],
        source="rest",
        client_id=principal.session_id,
        expect_version=None if op.kind == "create" else expected_version(),
    )
    return outcome.or_refused()


def _answer(entity: Entity, trip_id: UUID, row_id: UUID, **more: Any) -> Response:
    """The row as Postgres renders it, after a write too: its ETag is that of a later read."""
    model = entity.model
    statement = select(cast(json_of(entity), Text), model.version).where(
        model.trip_id == trip_id, model.id == row_id, *seen_by(entity, me().user_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    return versioned(row[0], row[1], **more)


def _money_problems(entity: Entity) -> tuple[type[WandrError], ...]:
    return (PreconditionRequired,) if entity.strict else ()


def _create_schema(entity: Entity) -> type[Schema]:
    name = f"{entity.fields.__name__.removesuffix('Fields')}Create"
    more: dict[str, Any] = {"id": Identifier()}
    if entity.ordered_within is not None:
        more["after"] = Identifier(allow_none=True)
    return type(name, (entity.fields,), more)


def _move_schema(entity: Entity) -> type[Schema]:
    name = f"{entity.fields.__name__.removesuffix('Fields')}Move"
    loose = update_of(entity.fields, name)
    kept = {n: loose._declared_fields[n] for n in entity.ordered_within or ()}
    base = entity.fields.__mro__[1]
    return type(name, (base,), {**kept, "after": Identifier(allow_none=True)})
