"""Wishes while they are being gathered: from the form first, then from what the prompt says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from wandr.ai.planner.lexicon import FILLERS

_WORD = re.compile(r"[\w'’]+(?:[-‐][\w'’]+)*")


class Prompt:
    """A text from which rules take what they understand; what nobody takes is left over."""

    def __init__(self, text: str) -> None:
        self.text = re.sub(r"[‐‑‒–—]", "-", text.replace("’", "'"))
        self._rest = self.text

    def take(self, pattern: str, *, flags: int = re.IGNORECASE) -> Iterator[re.Match[str]]:
        """Yield each match in what is left, as whole words, and remove it from there."""
        whole_words = re.compile(rf"(?<![\w'])(?:{pattern})(?![\w'])", flags)
        for match in list(whole_words.finditer(self._rest)):
            # Something that no pattern reads across stands where words were taken.
            gap = "\n" * (match.end() - match.start())
            self._rest = self._rest[: match.start()] + gap + self._rest[match.end() :]
            yield match

    def left_over(self) -> list[str]:
        """The phrases that no rule took, without words that say nothing alone."""
        phrases: list[list[str]] = [[]]
        end = 0
        for word in _WORD.finditer(self._rest):
            if self._rest[end : word.start()].strip(" ") or "\n" in self._rest[end : word.start()]:
                phrases.append([])
            end = word.end()
            if word.group().casefold() in FILLERS:
                phrases.append([])
            else:
                phrases[-1].append(word.group())
        return [" ".join(phrase) for phrase in phrases if phrase]


@dataclass
class Draft:
    """The wishes so far. What the form set, the prompt does not change."""

    trip_days: Sequence[date]
    values: dict[str, object] = field(default_factory=dict)
    interests: dict[str, float] = field(default_factory=dict)
    tastes: dict[str, dict[str, float]] = field(default_factory=dict)
    avoid: set[str] = field(default_factory=set)
    diet: set[str] = field(default_factory=set)
    dates: set[date] = field(default_factory=set)
    where: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)

    def suggest(self, key: str, value: object, said: str) -> None:
        """Set a single value unless it is set; say so when something else was set before."""
        self.values.setdefault(key, value)
        if self.values[key] == value:
            self.understood.append(said)
        else:
            self.not_understood.append(f"{said} ({key} is {self.values[key]} already)")

    def like(self, weights: Mapping[str, float], said: str) -> None:
        for key, weight in weights.items():
            self.interests[key] = max(weight, self.interests.get(key, 0.0))
        self.understood.append(said)

    def want_dates(self, wanted: Sequence[date | None], said: str) -> None:
        """Plan these days; None stands for a day that the trip does not have."""
        found = {day for day in wanted if day}
        self.dates |= found
        if found:
            self.understood.append(said)
        if len(found) < len(set(wanted)) or not found:
            self.not_understood.append(f"{said} (not all of it is within the trip)")
