"""Asking by GraphQL."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.ai.conftest import answered, proposed
from tests.locations.services.conftest import fake, services

__all__ = ["answered", "fake", "proposed", "services"]


@pytest.fixture
def ask():
    """Runs an operation as somebody: its data, or with `code` what the first error must be."""

    def ask(person, query: str, *, code: str | None = None, **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        told = person.post("/graphql", json=body, status=200)
        if code is None:
            assert "errors" not in told, told["errors"]
            return told["data"]
        assert told["errors"][0]["extensions"]["code"] == code, told
        return told["errors"][0]

    return ask


def snaked(value: Any) -> Any:
    """An answer by the names of REST."""
    if isinstance(value, dict):
        return {re.sub("([A-Z])", r"_\1", name).lower(): snaked(one) for name, one in value.items()}
    return [snaked(one) for one in value] if isinstance(value, list) else value
