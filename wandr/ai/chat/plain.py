"""Text between people and a model: data on its way in, plain text on its way out."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

# Whatever a client would follow or load: an address can carry away what a model has read.
ADDRESS: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}:)?//\S+|\bwww\.\S+|\bdata:\S+", re.IGNORECASE
)
REMOVED: Final = "[address left out]"
LONGEST_WORD: Final = 2000  # characters that are held back until the word ends
KEPT: Final = "\n\t"


class PlainText:
    """Gives out a stream of text without addresses; the last word waits until it is whole."""

    def __init__(self) -> None:
        self._word = ""

    def feed(self, text: str) -> str:
        """What can be said now."""
        told = self._word + text
        end = max(told.rfind(blank) for blank in " \n\t") + 1
        if len(told) - end > LONGEST_WORD:
            end = len(told)
        self._word = told[end:]
        return without_addresses(told[:end])

    def flush(self) -> str:
        """The rest."""
        rest, self._word = self._word, ""
        return without_addresses(rest)


def without_addresses(text: str) -> str:
    return ADDRESS.sub(REMOVED, text)


def visible(value: Any, longest: int) -> Any:
    """The same JSON for a model to read: no invisible characters, no endless texts."""
    if isinstance(value, str):
        shown = "".join(one for one in value if one in KEPT or _is_visible(one))
        return shown if len(shown) <= longest else shown[:longest] + "…"
    if isinstance(value, dict):
        return {visible(str(key), 100): visible(one, longest) for key, one in value.items()}
    return [visible(one, longest) for one in value] if isinstance(value, list) else value


def _is_visible(character: str) -> bool:
    """Neither a control nor a format character: those hide text, or turn it around."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
