"""Names as search compares them: plain ASCII words, whatever script they were written in.

"São Paulo" and "SAO-PAULO" fold to "sao paulo", "Москва" to "moskva": a typo is then found by the
same trigrams in every script, under any locale of the database. Only Chinese characters are kept
as well: 苏州 and 宿州 are two cities that both fold to "suzhou".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from anyascii import anyascii

MAX_NAME = 100
APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʻʼ`´ʹʺ·"), "")
SEPARATORS = re.compile("[^a-z0-9]")
VOWELS = re.compile("[aeiouy h]")
GENERIC = re.compile(r"\b(?:international )?airport\b")
CHINESE = re.compile("[\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class PlainLetters(dict[int, str]):
    """What each character folds to, worked out when it is first met: for `str.translate`."""

    MOST = 50_000

    def __missing__(self, code: int) -> str:
        letters = anyascii(chr(code)).translate(APOSTROPHES).lower()
        plain = SEPARATORS.sub(" ", letters)
        if len(self) < self.MOST:
            self[code] = plain
        return plain


PLAIN = PlainLetters()


def fold(text: str) -> str:
    """The name in lower case ASCII, words parted by one blank. Empty when nothing is left."""
    return " ".join(text.translate(PLAIN).split())[:MAX_NAME].rstrip()


def written(text: str) -> str:
    """What to look up for this text: as it stands if it has Chinese characters, else folded."""
    if CHINESE.search(text):
        return "".join(unicodedata.normalize("NFKC", text).casefold().split())[:MAX_NAME]
    return fold(text)


def fold_each(names: Iterable[str]) -> set[str]:
    """The distinct folded forms, without empty ones."""
    return {fold(name) for name in names} - {""}


def core(folded: str) -> str:
    """The name without words that thousands share, unless nothing else is left."""
    if "airport" not in folded:
        return folded
    return " ".join(GENERIC.sub(" ", folded).split()) or folded


def keys_of(names: Iterable[str]) -> set[str]:
    """Every form under which one of these names is found."""
    names = list(names)
    chinese = {written(name) for name in names if CHINESE.search(name)}
    return fold_each(names) | chinese


def tails(name: str) -> set[str]:
    """What a folded name of several words ends with: "towers" finds the "petronas towers"."""
    words = name.split()
    found = (" ".join(words[start:]) for start in range(1, len(words)))
    return {tail for tail in found if len(tail) >= 3}


def distinct_spellings(names: Iterable[str]) -> set[str]:
    """Of names that share their consonants the first one: "moskva" stands for "moskwa" too."""
    firsts: dict[str, str] = {}
    for name in names:
        firsts.setdefault(VOWELS.sub("", name)[:4] or name, name)
    return set(firsts.values())
