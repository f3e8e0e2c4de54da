"""What became of a batch of ops, as the client hears it and as it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from wandr.errors import Conflict, WandrError


@dataclass
class Result:
    """What became of one op: applied, noop, skipped, rejected or conflict."""

    id: UUID
    status: str
    seq: int | None = None
    overwrote: list[dict[str, Any]] = field(default_factory=list)
    current: dict[str, Any] | None = None
    kept: list[dict[str, Any]] = field(default_factory=list)  # by an undo, of what came later
    problem: WandrError | None = None

    @property
    def refused(self) -> bool:
        return self.status in ("rejected", "conflict")

    def as_json(self) -> dict[str, Any]:
        """The result as protocol 1 writes it."""
        told: dict[str, Any] = {"status": self.status, "seq": self.seq, "id": str(self.id)}
        if self.overwrote:
            told["overwrote"] = self.overwrote
        if self.current is not None:
            told["current"] = self.current
        if self.kept:
            told["kept"] = self.kept
        if self.problem is not None:
            told["error"] = error_as_json(self.problem)
        return told


def error_as_json(problem: WandrError) -> dict[str, Any]:
    """A refusal as the socket and the results of a batch tell it."""
    told: dict[str, Any] = {"code": problem.code, "message": problem.detail}
    if problem.errors:
        told["errors"] = problem.errors
    if problem.retry_after is not None:
        told["retry_after_ms"] = problem.retry_after * 1000
    return told


@dataclass
class Outcome:
    """What became of a batch, or of an undo; `head` is the trip's seq afterwards."""

    head: int
    results: Sequence[Result] = ()
    stored: dict[str, Any] | None = None
    is_undo: bool = False

    def as_json(self) -> dict[str, Any]:
        """`{"head", "results"}`, of an undo `partial` too: that of the first delivery, if any."""
        if self.stored is not None:
            return self.stored
        told = {"head": self.head, "results": [result.as_json() for result in self.results]}
        if self.is_undo:
            told["partial"] = any(one.refused or one.kept for one in self.results)
        return told

    def or_refused(self) -> Outcome:
        """This outcome, or the first refusal raised: for doors that ask for one thing."""
        for result in self.results:
            if result.problem is not None:
                raise result.problem
            if result.status == "conflict":
                raise Conflict(
                    "Somebody else changed this meanwhile.", extra={"current": result.current}
                )
        return self
