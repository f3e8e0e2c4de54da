"""What a client that knows nothing of the domain does with the log: the reference client's fold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.reference import folding

comparable = folding.state_of
spliced = folding.spliced


def fold(snapshot: dict[str, Any], changes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A snapshot with the changes after it applied, in the shape that `comparable` gives."""
    state = comparable(snapshot)
    for change in changes:
        folding.fold(state, change)
    return state
