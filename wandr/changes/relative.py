"""Relative ops: what they set is computed from the row as it is, so two of them add up."""

from __future__ import annotations

from dataclasses import replace

from wandr.changes.entity import Row, Scene
from wandr.changes.ops import Op
from wandr.changes.overwrites import Seen


def made_absolute(scene: Scene, row: Row, op: Op, seen: Seen) -> tuple[Op, Seen]:
    """An op with the fields that its entity computes for it, under the lock.

    They build on what is there, whoever put it there: they overwrite nothing and never conflict.
    """
    computed = op.entity.computes(scene, row, op) if op.entity else {}
    if not computed:
        return op, seen
    fields = {**op.fields, **computed}
    return replace(op, fields=fields), replace(seen, relative=frozenset(computed))
