"""What ops did, row by row and in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.changes.change import STAMPS
from wandr.changes.entity import registry
from wandr.extensions import db

Op = Mapping[str, Any]  # as the log holds it
Target = tuple[str, str]  # entity and id
VERBS = {
    "create": "added", "update": "changed", "text": "changed", "move": "moved",
    "delete": "deleted", "restore": "restored",
}  # fmt: skip
STRENGTH = ("update", "text", "move", "restore", "delete", "create")  # the last one names the deed
SOURCES = {"ai": "accepted a proposal: ", "undo": "undid a change: ", "import": "imported: "}
NAMED = 3  # rows by name in a sentence, for each verb


@dataclass(frozen=True)
class Deeds:
    """Tells of ops, with the names that their rows have."""

    labels: Mapping[Target, str]

    @classmethod
    def of(cls, ops: Iterable[Op], viewer: UUID) -> Deeds:
        """Look the names of all rows up: one statement for each kind of content."""
        ids: dict[str, set[str]] = {}
        for op in ops:
            ids.setdefault(op["entity"], set()).add(op["id"])
        found = {name: _labels(name, ids[name], viewer) for name in ids}
        return cls({(name, one): label for name, rows in found.items() for one, label in rows})

    def listed(self, ops: Sequence[Op]) -> list[dict[str, Any]]:
        """Each row once: `{entity, id, label, did, fields}`, in the order of their first op."""
        rows: dict[Target, dict[str, Any]] = {}
        for op in ops:
            target = op["entity"], op["id"]
            row = rows.setdefault(target, {**self._named(target), "did": [], "fields": []})
            row["did"] += [op["op"]] if op["op"] not in row["did"] else []
            row["fields"] += [one for one in _fields(op) if one not in row["fields"]]
        return list(rows.values())

    def told(self, ops: Sequence[Op], name: str, source: str) -> str:
        """One sentence in English."""
        by_verb: dict[str, list[str]] = {}
        for row in self.listed(ops):
            deed = max(row["did"], key=STRENGTH.index)
            by_verb.setdefault(VERBS[deed], []).append(_called(row))
        parts = [f"{verb} {_enumerated(labels)}" for verb, labels in by_verb.items()]
        return f"{name} {SOURCES.get(source, '')}{', '.join(parts)}."

    def _named(self, target: Target) -> dict[str, Any]:
        return {"entity": target[0], "id": target[1], "label": self.labels.get(target)}


def _labels(name: str, ids: set[str], viewer: UUID) -> list[tuple[str, str]]:
    entity = registry.find(name)
    if entity is None:
        return []
    key = getattr(entity.model, entity.key)
    wanted = select(key, getattr(entity.model, entity.label)).where(key.in_(map(UUID, ids)))
    if entity.visible_to is not None:
        wanted = wanted.where(entity.visible_to(viewer))
    return [(str(row[0]), row[1]) for row in db.session.execute(wanted)]


def _fields(op: Op) -> list[str]:
    if op["op"] == "text":
        return [op["field"]]
    return sorted(set(op.get("fields", {})) - STAMPS - {"position"})


def _called(row: Mapping[str, Any]) -> str:
    article = "an" if row["entity"][0] in "aeiou" else "a"
    return f"“{row['label']}”" if row["label"] else f"{article} {row['entity']}"


def _enumerated(labels: Sequence[str]) -> str:
    shown = list(labels[:NAMED])
    rest = [f"{len(labels) - NAMED} more"] if len(labels) > NAMED else []
    *most, last = [*shown, *rest]
    return f"{', '.join(most)} and {last}" if most else last
