"""What the planner does for the statements that a block runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def explained(engine: Engine) -> Iterator[list[str]]:
    """The plans of the queries that run meanwhile, in order."""
    statements: list[str] = []
    plans: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(cursor.mogrify(statement, parameters).decode())

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for statement in statements:
            lines = connection.exec_driver_sql("EXPLAIN " + statement.replace("%", "%%"))
            plans.append("\n".join(lines.scalars()))
