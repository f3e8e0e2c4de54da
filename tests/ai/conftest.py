"""Asking the assistant in tests: the request over HTTP, its attempt in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from tests.cast import Person
from tests.locations.conftest import id_of, world
from wandr.ai.assistant import Desk, Suggestion, Task
from wandr.ai.attempts import run_attempt
from wandr.ai.choice import EMBEDDED

__all__ = ["id_of", "world"]
Answered = Callable[..., dict[str, Any]]


class Scripted:
    """An assistant that says and proposes what it is told, and cannot be trusted."""

    name = "scripted"

    def __init__(self, *suggestions: Suggestion, looks_up: Sequence[str] = ()) -> None:
        self.suggestions, self.looks_up = list(suggestions), looks_up

    def answer(self, task: Task, desk: Desk) -> None:
        desk.draft.base_seq = desk.tools.trip_snapshot()["seq"]
        for name in self.looks_up:
            desk.tools.find_locations(name)
        desk.say("As scripted.")
        desk.draft.suggestions = self.suggestions


@pytest.fixture
def answered(path: str, participant: Person) -> Answered:
    """Ask as the participant and let it be answered; the finished request."""

    def ask(
        prompt: str = "", *, kind: str = "plan_trip", by: Any = EMBEDDED, **more: Any
    ) -> dict[str, Any]:
        question = {"kind": kind, "prompt": prompt, **more}
        made = participant.post(f"{path}/ai/requests", json=question, status=202)
        run_attempt(UUID(made["id"]), made["attempt"], by)
        return participant.get(f"/ai/requests/{made['id']}")

    return ask


@pytest.fixture
def proposed(answered: Answered, participant: Person) -> Answered:
    """The same; the proposal that came of it."""

    def ask(*args: Any, **more: Any) -> dict[str, Any]:
        request = answered(*args, **more)
        return participant.get(f"/proposals/{request['proposal_id']}")

    return ask


@pytest.fixture
def plan_proposal(world: Any, proposed: Answered) -> dict[str, Any]:
    """A plan for two days in Kyoto, proposed and open."""
    return proposed("2 days, temples")


def create(title: str = "A walk", key: str = "walk", **more: Any) -> Suggestion:
    """A suggestion of one new activity; `more` are its fields."""
    depends_on = more.pop("depends_on", ())
    op = {"op": "create", "entity": "activity", "fields": {"title": title, **more}}
    return Suggestion(key=key, ops=[op], reason="scripted", depends_on=depends_on)


def touch(kind: str, activity: dict[str, Any], key: str = "touch", **fields: Any) -> Suggestion:
    """A suggestion to change, move or delete an activity."""
    op: dict[str, Any] = {"op": kind, "entity": "activity", "id": activity["id"]}
    return Suggestion(key=key, ops=[op | ({"fields": fields} if fields else {})], reason="scripted")
