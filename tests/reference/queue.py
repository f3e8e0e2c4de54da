"""Edits that are not over yet, and those that a person must decide about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.reference.folding import Op


@dataclass
class Mutation:
    """An own edit: its outcome is unknown, or its change has not come back."""

    ops: list[Op]  # those still hoped for
    base_seq: int  # what the person saw when they made it
    mode: str  # "live", or "offline" when there was no connection
    id: str = field(default_factory=lambda: str(uuid4()))
    is_sent: bool = False  # perhaps in vain; from now on it is repeated, never altered
    is_back: bool = False  # its change has been folded
    is_answered: bool = False
    seq: int = 0  # of its change, once answered; 0 when nothing of it was applied

    def as_payload(self) -> dict[str, Any]:
        """What `trip:mutate` says, at every attempt the same."""
        sent = {"mutation_id": self.id, "mode": self.mode, "base_seq": self.base_seq}
        return {**sent, "ops": self.ops}

    def is_over(self, seq: int) -> bool:
        """Whether a client that has folded the log up to `seq` may forget it.

        An acknowledgement alone is not enough: until the change has come back, the view would lack
        the edit. Nor is the change: what was refused of it is only told in the acknowledgement.
        """
        return self.is_answered and self.seq <= seq


@dataclass
class Refusal:
    """Ops that were not applied, each with its result."""

    ops: list[Op]
    results: list[dict[str, Any]]

    def ops_to_insist(self) -> list[Op]:
        """The ops again; what was deleted meanwhile is restored first."""
        ops: list[Op] = []
        for op, result in zip(self.ops, self.results, strict=True):
            if result.get("error", {}).get("code") == "deleted":
                ops.append({"op": "restore", "entity": op["entity"], "id": op["id"]})
            ops.append(op)
        return ops

    def known_seq(self) -> int:
        """Up to where a person who has read the results knows what others did."""
        return max(result.get("current", {}).get("version", 0) for result in self.results)
