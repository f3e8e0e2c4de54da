"""What is repaired, and what a repair changes: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time

from wandr.ai.planner.model import Place, PlannedVisit, Stop, Wishes


@dataclass(frozen=True)
class Move:
    """A stop at another time; without a day it is put aside, as an idea."""

    stop: Stop
    day: date | None
    start: time | None
    end: time | None
    reason: str
    after: tuple[str, ...] = ()  # the ids of stops that must make room first


@dataclass(frozen=True)
class Addition:
    """A visit in place of what went; `after` are the ids of what makes room for it."""

    visit: PlannedVisit
    reason: str
    after: tuple[str, ...]


@dataclass
class Repair:
    """What is to change. `notes` say what could not be helped."""

    moves: list[Move] = field(default_factory=list)
    additions: list[Addition] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    arrivals: dict[date, int] = field(default_factory=dict)  # the minute from which one is there

    def move(self, move: Move) -> None:
        """Note a move; of a stop that was moved before, instead of that one."""
        earlier = [one for one in self.moves if one.stop.id == move.stop.id]
        self.moves = [one for one in self.moves if one not in earlier]
        self.moves.append(replace(move, stop=earlier[0].stop) if earlier else move)


@dataclass(frozen=True)
class Trip:
    """What is repaired: its days and stops; `places` by id, those of the stops and others."""

    days: tuple[date, ...]
    stops: tuple[Stop, ...]
    places: Mapping[str, Place]
    wishes: Wishes
    seed: int
