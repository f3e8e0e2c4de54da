"""Many acts in one change: all or none of them, or each for itself.

Savepoints are an eighth of the time that an edit takes, and few edits are refused. So what has a
transaction to itself is first tried without a way back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from wandr.changes.change import Change
from wandr.changes.outcome import Result
from wandr.errors import WandrError
from wandr.extensions import db

Act = tuple[UUID, Callable[[], Result]]  # the row that it is about, and what does it


class Refused(Exception):  # noqa: N818 - no error: nothing but a reason to try again
    """An act without a way back was refused: roll the transaction back, and begin anew."""


def without_a_way_back(change: Change, acts: Sequence[Act]) -> list[Result]:
    """Do all. Raises Refused as soon as one is refused."""
    results: list[Result] = []
    for act in acts:
        results.append(_attempt(act))
        if results[-1].refused:
            raise Refused
    return results


def all_or_nothing(change: Change, acts: Sequence[Act]) -> list[Result]:
    """Do all, or, when one is refused, nothing: the others are `skipped` then."""
    kept, savepoint = change.mark(), db.session.begin_nested()
    results: list[Result] = []
    for act in acts:
        results.append(_attempt(act))
        if results[-1].refused:
            savepoint.rollback()
            change.rewind(kept)
            skipped = [Result(row_id, "skipped") for row_id, _ in acts]
            return [*skipped[: len(results) - 1], results[-1], *skipped[len(results) :]]
    savepoint.commit()
    return results


def each_for_itself(change: Change, acts: Sequence[Act]) -> list[Result]:
    """Do what can be done; what is refused leaves nothing behind."""
    results: list[Result] = []
    for act in acts:
        kept, savepoint = change.mark(), db.session.begin_nested()
        results.append(_attempt(act))
        if results[-1].refused:
            savepoint.rollback()
            change.rewind(kept)
        else:
            savepoint.commit()
    return results


def _attempt(act: Act) -> Result:
    row_id, perform = act
    try:
        return perform()
    except WandrError as problem:
        told = {name: problem.extra[name] for name in ("current", "kept") if name in problem.extra}
        return Result(row_id, "rejected", problem=problem, **told)
