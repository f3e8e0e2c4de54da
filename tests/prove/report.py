"""What a proof has found: figures, and claims that hold or do not."""

from __future__ import annotations

import sys
from collections.abc import Sized
from dataclasses import dataclass, field
from typing import Any

HEADINGS = ("name", "value", "goal", "met")


@dataclass
class Report:
    """The table of one proof."""

    title: str
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def figure(self, name: str, value: Any) -> None:
        """Something counted or measured that nothing depends on."""
        self.rows.append((name, _shown(value), "", ""))

    def claim(self, name: str, value: Any, *, goal: str, met: bool) -> None:
        self.rows.append((name, _shown(value), goal, "yes" if met else "NO"))

    def none(self, name: str, found: Sized) -> None:
        """Claim that nothing of this kind was found; the first few of what was are shown."""
        self.claim(name, len(found), goal="0", met=not found)
        if found:
            self.figure("  such as", str(list(found)[:3])[:600])  # type: ignore[call-overload]

    def at_most(self, name: str, milliseconds: float, goal: float) -> None:
        """Claim a time."""
        self.claim(
            name, f"{milliseconds:.0f} ms", goal=f"≤ {goal:.0f} ms", met=milliseconds <= goal
        )

    def at_least(self, name: str, value: int, goal: int) -> None:
        """Claim that something happened often enough for the rest to mean anything."""
        self.claim(name, value, goal=f"≥ {goal}", met=value >= goal)

    @property
    def failed(self) -> bool:
        return not self.rows or any(met == "NO" for *_, met in self.rows)

    def text(self) -> str:
        lines = [
            f"  {n:<52} {v:>14}  {g:<10} {m}".rstrip() for n, v, g, m in [HEADINGS, *self.rows]
        ]
        return "\n".join([self.title, *lines, ""])

    def write(self) -> None:
        sys.stdout.write(self.text() + "\n")
        sys.stdout.flush()


def quantile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _shown(value: Any) -> str:
    return f"{value:,}" if type(value) is int else str(value)
