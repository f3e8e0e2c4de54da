"""Undo a lot, redo it all: nothing has changed, when nobody else wrote meanwhile."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.changes.test_fold import Dice, World, exact
from tests.fold import comparable
from wandr.changes import performing

STAMPS = ("version", "updated_at")


class Alone(World):
    """A trip in which one person writes, undoes and redoes."""

    def write(self, dice: Dice) -> list[int]:
        """Some batches; the seqs of those that took one."""
        self.last = self.organizer.get(f"{self.path}/snapshot")
        seqs = []
        self.last = self.organizer.get(f"{self.path}/snapshot")  # with what it began
        for _ in range(8):
            before = self.last["seq"]
            self.batch(0, dice.mode(), 0, dice.ops())
            self.last = self.organizer.get(f"{self.path}/snapshot")
            seqs += [self.last["seq"]] if self.last["seq"] > before else []
        return seqs

    def undo_all(self, seqs: list[int]) -> list[int]:
        """Undo the newest first; the seqs of the undos."""
        made = []
        for seq in reversed(seqs):
            outcome = self.organizer.post(f"{self.path}/changes/{seq}/undo")
            assert outcome["partial"] is False, outcome
            made.append(outcome["head"])
        return made

    def content(self, *, with_keys: bool) -> str:
        """All there is but the stamps."""
        rows = comparable(self.organizer.get(f"{self.path}/snapshot"))["rows"]
        kept = {name: {i: _bare(row) for i, row in of.items()} for name, of in rows.items()}
        for row in [] if with_keys else kept["activity"].values():
            del row["position"]
        return exact(kept)


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in STAMPS}


@pytest.mark.parametrize(("longest", "examples"), [(48, 4), (2, 2)])
def test_undo_and_redo_lead_back(organizer, participant, outsider, monkeypatch, longest, examples):
    monkeypatch.setattr(performing, "LONGEST", longest)
    undone = Counter()

    @settings(derandomize=True, max_examples=examples, deadline=None, database=None)
    @given(st.integers(0, 2**64))
    def identity(number: int) -> None:
        world, dice = Alone([organizer, participant, outsider]), Dice(number)
        keys = {"with_keys": longest == 48}  # places are as near as rewritten keys can tell
        before = world.content(**keys)
        seqs = world.write(dice)
        after = world.content(**keys)
        for _ in range(2):  # undo and redo, then the same with the redos
            undos = world.undo_all(seqs)
            assert world.content(**keys) == before
            seqs = world.undo_all(undos)
            assert world.content(**keys) == after
        world.check(since=world.first)
        undone[len(seqs)] += 1

    identity()
    assert max(undone) >= 6, undone
