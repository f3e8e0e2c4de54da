"""Who sees which op of the log. An op without an audience is everybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Audience = Sequence[str] | None  # user ids; None is all members
StoredOp = dict[str, Any]


def addressed(op: Mapping[str, Any], to: Audience, but: Sequence[str] = ()) -> StoredOp:
    """An op as it is stored: for `to`, except those in `but`."""
    return {**op, "audience": None if to is None else list(to), "except": list(but)}


def split_update(
    update: Mapping[str, Any], value: Mapping[str, Any], was: Audience, now: Audience
) -> list[StoredOp]:
    """An update that changes who may see the row: to gain sight is a create, to lose it a delete.

    `update` is the resolved op, `value` the whole row as it is now.
    """
    if was == now:
        return [addressed(update, now)]
    target = {"entity": update["entity"], "id": update["id"]}
    both = now if was is None else was if now is None else [u for u in was if u in now]
    ops = [addressed(update, both)]
    if was is not None:
        ops.append(addressed({"op": "create", **target, "value": value}, now, but=was))
    if now is not None:
        ops.append(addressed({"op": "delete", **target}, was, but=now))
    return ops


def visible_ops(ops: Sequence[Mapping[str, Any]], viewer: str) -> list[dict[str, Any]]:
    """The ops of a change that a viewer may see, without their addresses."""
    return [
        {key: value for key, value in op.items() if key not in ("audience", "except")}
        for op in ops
        if (op["audience"] is None or viewer in op["audience"]) and viewer not in op["except"]
    ]
