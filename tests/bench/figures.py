"""What a measurement is, what it is held against, and how it is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = f"  {'name':44} {'value':>10} {'unit':13} {'beside':>10} {'ratio':>6} {'goal':>10} met"


@dataclass(frozen=True)
class Goal:
    """A bound of the value or, `of_ratio`, of what it is beside another's value."""

    bound: float
    at_least: bool = False
    of_ratio: bool = False

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}{' x' if self.of_ratio else ''}"


@dataclass(frozen=True)
class Figure:
    """One row of the table. `beside` is the peer's value, or the limit, in the same unit."""

    name: str
    value: float
    unit: str
    beside: float | None = None
    ratio: float | None = None  # of rounds taken in turn; else of the two values
    goal: Goal | None = None

    def row(self) -> str:
        """Name, value, peer or limit, ratio, goal, whether it is met."""
        ratio = self._ratio()
        beside = f"{'':10}" if self.beside is None else f"{self.beside:10.2f}"
        held = f"{'':6}" if ratio is None else f"{ratio:6.2f}"
        return (
            f"  {self.name:44} {self.value:10.2f} {self.unit:13} {beside} {held}"
            f" {str(self.goal or ''):>10} {self._verdict(ratio)}"
        ).rstrip()

    def _ratio(self) -> float | None:
        if self.ratio is None and self.beside:
            return self.value / self.beside
        return self.ratio

    def _verdict(self, ratio: float | None) -> str:
        if self.goal is None:
            return ""
        judged = ratio if self.goal.of_ratio else self.value
        if judged is None:
            raise ValueError(f"{self.name} has a goal for a ratio and nothing beside it.")
        return "yes" if self.goal.is_met(judged) else "NO"


def at_most(bound: float) -> Goal:
    """The value must not be more."""
    return Goal(bound)


def at_least(bound: float) -> Goal:
    """The value must not be less."""
    return Goal(bound, at_least=True)


def times_at_most(bound: float) -> Goal:
    """The ratio must not be more."""
    return Goal(bound, of_ratio=True)


def times_at_least(bound: float) -> Goal:
    """The ratio must not be less."""
    return Goal(bound, at_least=True, of_ratio=True)


def write_figures(figures: Iterable[Figure]) -> None:
    sys.stdout.write(COLUMNS + "\n")
    for figure in figures:
        sys.stdout.write(figure.row() + "\n")
    sys.stdout.flush()
