"""Differences between two plain texts, for readers of the log that know nothing of Yjs.

Positions and lengths count UTF-16 code units, as strings do in JavaScript, Java, Kotlin and Dart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from os.path import commonprefix
from typing import Any

WORDS = re.compile(r"\w+|\s+|[^\w\s]")
# Beyond, a difference is told as one splice: to compare costs words times words, and equal words in
# both texts, counted in pairs, are looked through again for every splice.
MOST_WORDS = 2000
MOST_PAIRS = 20_000


@dataclass(frozen=True)
class Splice:
    """At `at`, `delete` units go and `insert` comes."""

    at: int
    delete: int
    insert: str

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Splice:
        """A splice as the log holds it."""
        return cls(told["at"], told["delete"], told["insert"])

    def as_json(self) -> dict[str, Any]:
        """As the log holds it."""
        return {"at": self.at, "delete": self.delete, "insert": self.insert}

    def applied_to(self, text: str) -> str:
        """The text after it."""
        units = _units(text)
        end = 2 * (self.at + self.delete)
        return _text(units[: 2 * self.at] + _units(self.insert) + units[end:])


def splice_between(before: str, after: str) -> Splice:
    """The one splice that makes `after` of `before`: all between their common ends."""
    start = len(commonprefix((before, after)))
    rest, wanted = before[start:], after[start:]
    end = len(commonprefix((rest[::-1], wanted[::-1])))
    gone, come = rest[: len(rest) - end], wanted[: len(wanted) - end]
    return Splice(length_of(before[:start]), length_of(gone), come)


def splices_between(before: str, after: str) -> list[Splice]:
    """The splices, word by word, that make `after` of `before`; positions are those in `before`."""
    whole = splice_between(before, after)
    gone = _text(_units(before)[2 * whole.at : 2 * (whole.at + whole.delete)])
    old, new = WORDS.findall(gone), WORDS.findall(whole.insert)
    if not old or not new or _is_costly(old, new):
        return [whole] if whole.delete or whole.insert else []
    starts = _starts(old, whole.at)
    matched = SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes()
    return [
        Splice(starts[i], starts[j] - starts[i], "".join(new[k:m]))
        for kind, i, j, k, m in matched
        if kind != "equal"
    ]


def _is_costly(old: Sequence[str], new: Sequence[str]) -> bool:
    theirs = Counter(word for word in new if not word.isspace())
    pairs = sum(theirs[word] for word in old)
    return len(old) + len(new) > MOST_WORDS or pairs > MOST_PAIRS


@dataclass
class _Unit:
    """One UTF-16 code unit of a text in which two parties write."""

    code: bytes
    is_theirs: bool = False  # inserted by others
    gone: str = ""  # deleted by "me" or "them"


def merged(base: str, mine: str, since: Iterable[tuple[Splice, bool]]) -> str:
    """What the text becomes when I make it `mine`, not having seen what others did since `base`.

    `since` are the splices after `base`, each with whether it was my own, which I had seen. What
    either party deleted is gone, what either inserted is there; at one place theirs comes first.
    """
    units = [_Unit(code) for code in _split(base)]
    for splice, is_mine in since:
        _apply(splice, units, is_mine=is_mine)
    seen = [unit for unit in units if not unit.is_theirs and unit.gone != "me"]
    pending = splices_between(_joined(seen), mine)
    places = {id(unit): place for place, unit in enumerate(seen)}
    going = {n for one in pending for n in range(one.at, one.at + one.delete)}
    found: list[bytes] = []
    for unit in units:
        place = places.get(id(unit), -1)  # -1: a unit that I have not seen
        while pending and place >= pending[0].at:
            found.append(_units(pending.pop(0).insert))
        if not unit.gone and place not in going:
            found.append(unit.code)
    return _text(b"".join([*found, *(_units(one.insert) for one in pending)]))


def _apply(splice: Splice, units: list[_Unit], *, is_mine: bool) -> None:
    there = [n for n, unit in enumerate(units) if not unit.gone]
    for n in there[splice.at : splice.at + splice.delete]:
        units[n].gone = "me" if is_mine else "them"
    at = there[splice.at] if splice.at < len(there) else len(units)
    units[at:at] = [_Unit(code, is_theirs=not is_mine) for code in _split(splice.insert)]


def _joined(units: Iterable[_Unit]) -> str:
    return _text(b"".join(unit.code for unit in units))


def length_of(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(_units(text)) // 2


def _starts(words: Sequence[str], start: int) -> list[int]:
    starts = [start]
    for word in words:
        starts.append(starts[-1] + length_of(word))
    return starts


def _split(text: str) -> list[bytes]:
    units = _units(text)
    return [units[n : n + 2] for n in range(0, len(units), 2)]


def _units(text: str) -> bytes:
    return text.encode("utf-16-le")


def _text(units: bytes) -> str:
    return units.decode("utf-16-le")
