"""What an assistant is: it gets a task and a desk, and says and proposes what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from wandr.ai.checker.itinerary import Terms
from wandr.ai.tools import Tools


@dataclass(frozen=True)
class Exchange:
    """A question of the same conversation, and what was answered."""

    asked: str
    answered: str


@dataclass(frozen=True)
class Task:
    """What is asked, by whom, in which trip if any, and what was said before it."""

    request_id: UUID
    trip_id: UUID | None
    user_id: UUID
    kind: str
    prompt: str
    day: date | None
    wishes: dict[str, Any]
    earlier: tuple[Exchange, ...] = ()

    @property
    def seed(self) -> int:
        """For the planner: the next attempt makes the same plan."""
        return self.request_id.int % 2**32


@dataclass(frozen=True)
class Suggestion:
    """An item of a proposal as an assistant makes it: not yet trusted.

    `key` names it in the proposal, `depends_on` names others; `ops` are as a client would send
    them (the ids of creates do not matter: they are given later).
    """

    key: str
    ops: Sequence[dict[str, Any]]
    reason: str
    evidence: Sequence[dict[str, Any]] = ()
    findings: Sequence[dict[str, Any]] = ()
    depends_on: Sequence[str] = ()
    cost_delta_minor: int | None = None


@dataclass
class Draft:
    """What will be proposed when the task is done, on the trip as it was at `base_seq`, and what
    it is held against."""

    base_seq: int = 0
    terms: Terms = field(default_factory=Terms)
    suggestions: list[Suggestion] = field(default_factory=list)


class Settle(Protocol):
    """Tells what a call of a model has taken."""

    def __call__(self, tokens_in: int, tokens_out: int, *, estimated: bool) -> None: ...


class Desk(Protocol):
    """All that an assistant may do.

    Every method may raise `leases.LeaseLost` or `desk.Cancelled`; let them pass. Call `pulse` at
    least once a second: it keeps the request and notices a cancellation. `reserve` tokens before a
    model is called, and settle what it took: TooManyRequests when a quota does not allow it.
    """

    tools: Tools
    draft: Draft

    def status(self, **facts: Any) -> None: ...

    def say(self, text: str) -> None: ...

    def pulse(self) -> None: ...

    def reserve(self, tokens: int) -> Settle: ...


class Assistant(Protocol):
    """Answers tasks. What it raises fails the request; a WandrError tells its code and detail."""

    name: str

    def answer(self, task: Task, desk: Desk) -> None: ...
