"""Somebody who changes a trip and follows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.changes.following import Log


@pytest.fixture
def log(path, organizer) -> Log:
    return Log(path, organizer)


@pytest.fixture
def titles(log) -> Callable[[], dict[str | None, list[str]]]:
    """The plan: titles in their order, by day of the month."""

    def titles():
        plan: dict[str | None, list[str]] = {}
        for one in log.person.get(f"{log.path}/activities?limit=100")["items"]:
            plan.setdefault(one["day"] and one["day"][5:], []).append(one["title"])
        return plan

    return titles
