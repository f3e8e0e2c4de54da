"""When each register of a row was last changed, and which change's values it holds.

The two differ after an undo: change 7, which undoes 5, is the last to have changed a register, and
what it holds again is from before 5: say, from 3, its *origin*. A change can be undone while the
register holds what it wrote. So after the undo of 7 the origin is 5 once more, and 5 can be undone
again: any chain of undos and redos leads back, as long as nobody else writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wandr.changes.entity import Entity, Row

LIFE = "*life"  # whether the row exists: written by its creation, deletions and restorations
MAKING = "*"  # what was never changed since


def last_change(row: Row, register: str) -> int:
    """The seq of the last change of a register."""
    seqs: Mapping[str, int] = row.register_seqs
    return seqs.get(register, seqs.get(MAKING, 0))


def origin(row: Row, register: str) -> int:
    """The seq of the change that wrote what a register holds: after an undo, an earlier one."""
    origins: Mapping[str, int] = row.origins
    return origins.get(register, last_change(row, register))


def holds(row: Row, register: str, inverse: Mapping[str, Any], seq: int) -> bool:
    """Whether a register holds what change `seq` wrote, of which `inverse` is the inverse."""
    wrote: int = inverse.get("wrote", {}).get(register, seq)
    return origin(row, register) == wrote


def traces(
    entity: Entity, row: Row, names: Iterable[str], again: Mapping[str, int] | None
) -> dict[str, dict[str, int]]:
    """What an inverse must know of the registers of these fields, before they are stamped.

    `was` are their origins; `wrote`, for an undo, the origins of what it writes.
    """
    was = {register: origin(row, register) for register in map(entity.register_of, names)}
    return {"was": was} if again is None else {"was": was, "wrote": dict(again)}


def newest_origin(row: Row) -> int:
    """The newest origin of anything that the row holds, its existence aside."""
    registers = (set(row.register_seqs) | {MAKING}) - {LIFE}
    return max(origin(row, register) for register in registers)
