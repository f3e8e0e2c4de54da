"""Lists: keyset pages with a signed cursor, and the `Link` header (RFC 8288)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from marshmallow import Schema, fields, post_load
from sqlalchemy import ColumnElement, Select, cast, literal, tuple_

from wandr.errors import Invalid
from wandr.extensions import db
from wandr.http.fields import Text, Whole
from wandr.http.schema import WandrSchema

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


@dataclass(frozen=True)
class PageArgs:
    """Which page is asked for: at most `limit` items after `cursor`."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class PageQuery(WandrSchema):
    """The query string of a list."""

    limit = Whole(1, MAX_LIMIT, load_default=DEFAULT_LIMIT, metadata={"query": True})
    cursor = Text(1000, load_default=None)

    @post_load
    def page_args(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        page = PageArgs(data.pop("limit"), data.pop("cursor"))
        return {"page": page, **data}


@cache  # one class per view, or OpenAPI would name it twice
def page_of(view: type[Schema]) -> type[Schema]:
    """The schema of a list of `view`: `{"items": […], "next_cursor": …}`."""
    name = view.__name__.removesuffix("View") + "Page"
    members: dict[str, Any] = {
        "items": fields.List(fields.Nested(view), required=True),
        "next_cursor": fields.String(allow_none=True, required=True),
    }
    return type(name, (WandrSchema,), members)


@dataclass(frozen=True)
class Keyset:
    """The order of a list: NOT NULL expressions ending in a unique one, all in one direction."""

    name: str
    columns: tuple[Any, ...]  # SQL expressions
    descending: bool = False

    def page(self, statement: Select[Any], args: PageArgs) -> tuple[list[Any], str | None]:
        """Rows of one page and the cursor of the next. Invalid when the cursor is not ours.

        The statement selects what is wanted; each row is one value if it selects one, else a row.
        """
        wanted = len(statement.column_descriptions)
        statement = statement.add_columns(*self.columns)
        if args.cursor is not None:
            statement = statement.where(self._beyond(args.cursor))
        ordered = [one.desc() if self.descending else one.asc() for one in self.columns]
        rows = db.session.execute(statement.order_by(*ordered).limit(args.limit + 1)).all()
        more = len(rows) > args.limit
        rows = rows[: args.limit]
        cursor = self._seal(rows[-1][-len(self.columns) :]) if more else None
        return [row[0] if wanted == 1 else row[:wanted] for row in rows], cursor

    def _beyond(self, cursor: str) -> ColumnElement[bool]:
        values = self._open(cursor)
        bounds = tuple_(
            *(
                cast(literal(value), column.type)
                for value, column in zip(values, self.columns, strict=True)
            )
        )
        place = tuple_(*self.columns)
        return place < bounds if self.descending else place > bounds

    def _seal(self, values: Sequence[Any]) -> str:
        return _signer(self.name, current_app.secret_key).dumps([str(value) for value in values])

    def _open(self, cursor: str) -> list[str]:
        try:
            values: list[str] = _signer(self.name, current_app.secret_key).loads(cursor)
        except BadSignature:
            raise Invalid(
                "The cursor is not one of this list.",
                errors={"query": {"cursor": ["Not a cursor of this list."]}},
            ) from None
        return values


@cache
def _signer(name: str, secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"cursor:{name}")


def page_response(items: Sequence[Any], cursor: str | None) -> Response:
    """The answer of a list from JSON-ready items."""
    return page_text([json.dumps(item) for item in items], cursor)


def page_text(items: Sequence[str], cursor: str | None) -> Response:
    """The answer of a list whose items the database has already written as JSON."""
    text = f'{{"items":[{",".join(items)}],"next_cursor":{json.dumps(cursor)}}}'
    response = Response(text, 200, mimetype="application/json")
    if cursor is not None:
        response.headers["Link"] = f'<{_next_address(request.args, cursor)}>; rel="next"'
    return response


def _next_address(args: Mapping[str, str], cursor: str) -> str:
    return f"{request.base_url}?{urlencode({**args, 'cursor': cursor})}"
