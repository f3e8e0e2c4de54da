"""Folding: what search takes for the same name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wandr.locations.names import core, distinct_spellings, fold, keys_of, tails, written


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("São Paulo", "sao paulo"),
        ("ZÜRICH", "zurich"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Москва", "moskva"),
        ("Αθήνα", "athina"),
        ("Saint-Denis", "saint denis"),
        ("L'Aquila", "laquila"),
        ("  Rio   de Janeiro ", "rio de janeiro"),
        ("!?…", ""),
        ("", ""),
    ],
)
def test_names_fold(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_is_bounded_ascii_and_folds_no_further(text):
    once = fold(text)
    assert once.isascii() and len(once) <= 100
    assert fold(once) == once


def test_chinese_names_are_kept_beside_their_sound():
    assert keys_of(["苏州"]) == {"苏州", "suzhou"}
    assert written("苏州") != written("宿州")
    assert written("Suzhou") == "suzhou"


def test_the_end_of_a_name_is_a_name():
    assert tails("fushimi inari taisha") == {"inari taisha", "taisha"}
    assert tails("kyoto") == set()


def test_words_that_thousands_share_do_not_count():
    assert core("tokyo international airport") == "tokyo"
    assert core("airport") == "airport"


def test_one_spelling_stands_for_those_that_sound_alike():
    assert distinct_spellings(["moskva", "moskova", "moscow"]) == {"moskva", "moscow"}
