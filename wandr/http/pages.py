"""Lists: keyset pages with a signed cursor, and the `Link` header (RFC 8288)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from marshmallow import Schema, fields, post_load
from sqlalchemy import ColumnElement, Select, cast, func, literal, select, tuple_

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
        """Rows of one page and the cursor of the next; see `find`."""
        page = self.find(statement, args)
        return page.items, page.next_cursor

    def find(self, statement: Select[Any], args: PageArgs) -> Page:
        """One page. Invalid when the cursor is not ours.

        The statement selects what is wanted; each row is one value if it selects one, else a row.
        """
        wanted = len(statement.column_descriptions)
        rows = db.session.execute(
            self._after(statement.add_columns(*self.columns), args)
            .order_by(*self._ordered)
            .limit(args.limit + 1)
        ).all()
        items = [row[0] if wanted == 1 else row[:wanted] for row in rows]
        return Page(self, items, [row[-len(self.columns) :] for row in rows], args.limit)

    def find_of_each(
        self, statement: Select[Any], parent: ColumnElement[Any], args: PageArgs
    ) -> dict[Any, Page]:
        """One page of each parent, by one statement that selects one value; none of who has none.

        A cursor counts for each of them alike. Invalid when it is not ours.
        """
        places = [one.label(f"place_{number}") for number, one in enumerate(self.columns)]
        number = func.row_number().over(partition_by=parent, order_by=self._ordered)
        more = parent.label("parent"), *places, number.label("number")
        rows = self._after(statement.add_columns(*more), args).subquery()
        light = select(rows).where(rows.c.number <= args.limit + 1)
        found = db.session.execute(light.order_by(rows.c.parent, rows.c.number)).all()
        pages = {}
        for key, group in groupby(found, key=lambda row: row.parent):
            of_parent = list(group)
            keys = [row[2:-1] for row in of_parent]
            pages[key] = Page(self, [row[0] for row in of_parent], keys, args.limit)
        return pages

    @property
    def _ordered(self) -> list[ColumnElement[Any]]:
        return [one.desc() if self.descending else one.asc() for one in self.columns]

    def _after(self, statement: Select[Any], args: PageArgs) -> Select[Any]:
        return statement if args.cursor is None else statement.where(self._beyond(args.cursor))

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

    def seal(self, values: Sequence[Any]) -> str:
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


class Page:
    """Items in their order, each with the cursor that leads beyond it, and whether there are more.

    Made of one item more than were asked for, if there is one.
    """

    def __init__(
        self, keyset: Keyset, items: list[Any], places: Sequence[Sequence[Any]], limit: int
    ) -> None:
        self.has_more = len(items) > limit
        self.items = items[:limit]
        self._keyset, self._places = keyset, places[:limit]

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page; None on the last one."""
        return self._keyset.seal(self._places[-1]) if self.has_more else None

    @cached_property
    def cursors(self) -> list[str]:
        return [self._keyset.seal(place) for place in self._places]


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
