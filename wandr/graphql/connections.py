"""Lists as connections (relay.dev/graphql/connections.htm), over the keyset pages of REST."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

import strawberry
from marshmallow import Schema
from sqlalchemy import Select

from wandr.errors import Invalid
from wandr.graphql.batches import Row, rows_of
from wandr.graphql.types import class_of
from wandr.http.pages import DEFAULT_LIMIT, MAX_LIMIT, Keyset, Page, PageArgs

FIRST = DEFAULT_LIMIT
Bodies = Mapping[Any, Mapping[str, Any]]  # JSON-ready objects by what a page holds of them


@strawberry.type
class PageInfo:
    """Whether there is more, and the cursor to go on from."""

    has_next_page: bool
    end_cursor: str | None


@cache
def connection_of(node: Any) -> Any:
    """The connection type of a node type."""
    name = node.__strawberry_definition__.name
    edge = strawberry.type(
        class_of(f"{name}Edge", {"node": node, "cursor": str}),
        description=f"One {name} in its list.",
    )
    members = {"nodes": list[node], "edges": list[edge], "page_info": PageInfo}
    made = class_of(f"{name}Connection", members)
    return strawberry.type(made, description=f"A page of a list; at most {MAX_LIMIT} at a time.")


def page_args(first: int, after: str | None) -> PageArgs:
    """The page that is asked for. Raises Invalid."""
    if not 1 <= first <= MAX_LIMIT:
        told = {"json": {"first": [f"Must be 1 to {MAX_LIMIT}."]}}
        raise Invalid(f"`first` must be 1 to {MAX_LIMIT}.", errors=told)
    return PageArgs(first, after)


def connected(page: Page, bodies: Bodies, *, in_trash: bool = False) -> Mapping[str, Any]:
    """The connection of one page."""
    return connected_of_each({None: page}, bodies, in_trash=in_trash)[None]


def listed(
    keyset: Keyset, statement: Select[Any], args: PageArgs, view: Schema
) -> Mapping[str, Any]:
    """The connection of a list, its rows as a schema shows them."""
    page = keyset.find(statement, args)
    return connected(page, {one: view.dump(one) for one in page.items})


def connected_of_each(
    pages: Mapping[Any, Page], bodies: Bodies, *, in_trash: bool = False
) -> dict[Any, Mapping[str, Any]]:
    """The connection of each page, the rows of all of them in one batch."""
    items = [item for page in pages.values() for item in page.items]
    rows = iter(rows_of((bodies[item] for item in items), in_trash=in_trash))
    return {key: _connection(page, [next(rows) for _ in page.items]) for key, page in pages.items()}


def find_of_each(
    keyset: Keyset,
    statement: Select[Any],
    parent: Any,
    args: PageArgs,
    *,
    bodies: Callable[[Collection[Any]], Bodies],
) -> dict[Any, Mapping[str, Any]]:
    """The connection of each parent: one statement for the pages, and what `bodies` takes."""
    pages = keyset.find_of_each(statement, parent, args)
    items = [item for page in pages.values() for item in page.items]
    return connected_of_each(pages, bodies(items) if items else {})


def nothing() -> Mapping[str, Any]:
    """The connection of who has none."""
    return {"nodes": [], "edges": [], "page_info": {"has_next_page": False, "end_cursor": None}}


def of(row: Row, found: Mapping[Any, Any]) -> Any:
    """What was found for a row, by its id."""
    return found.get(UUID(row["id"])) or nothing()


def _connection(page: Page, rows: list[Row]) -> Mapping[str, Any]:
    edges = [
        {"node": row, "cursor": cursor} for row, cursor in zip(rows, page.cursors, strict=True)
    ]
    end = page.cursors[-1] if page.cursors else None
    return {
        "nodes": rows,
        "edges": edges,
        "page_info": {"has_next_page": page.has_more, "end_cursor": end},
    }
