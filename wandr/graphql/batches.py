"""Rows that were fetched together share a batch: the first child that is asked for is loaded for
all of them, by one statement. So the number of statements does not grow with the rows, and
nothing here is asynchronous.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

Loader = Callable[[list["Row"]], Mapping[Any, Any]]


class Row(dict[str, Any]):
    """One object of an answer, as JSON-ready values, with those that came along with it."""

    batch: Batch


class Batch:
    """What was fetched together, and what has been loaded for it."""

    def __init__(self, rows: list[Row], *, in_trash: bool = False) -> None:
        self.rows, self.in_trash = rows, in_trash
        self._loaded: dict[Hashable, Mapping[Any, Any]] = {}

    def load(self, what: Hashable, load: Loader) -> Mapping[Any, Any]:
        """What `load` finds for the rows of this batch; asked once for each `what`."""
        if what not in self._loaded:
            self._loaded[what] = load(self.rows)
        return self._loaded[what]


def rows_of(found: Iterable[Mapping[str, Any]], *, in_trash: bool = False) -> list[Row]:
    """Rows of one batch; all in the trash, or none."""
    rows = [Row(one) for one in found]
    batch = Batch(rows, in_trash=in_trash)
    for row in rows:
        row.batch = batch
    return rows


def row_of(found: Mapping[str, Any], *, in_trash: bool = False) -> Row:
    """A row that came alone."""
    return rows_of([found], in_trash=in_trash)[0]
