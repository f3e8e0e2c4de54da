"""Differences between plain texts, and two people's edits of one."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.reference.folding import spliced
from wandr.changes.splices import (
    MOST_WORDS,
    Splice,
    merged,
    splice_between,
    splices_between,
)

TEXTS = st.text(st.sampled_from("ab \n\U0001f5fae\u0301"), max_size=12)
FEW = settings(max_examples=200, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize(
    ("before", "after", "splice"),
    [
        ("", "", Splice(0, 0, "")),
        ("tea", "tea", Splice(3, 0, "")),
        ("tea", "green tea", Splice(0, 0, "green ")),
        ("green tea", "tea", Splice(0, 6, "")),
        ("aa", "aaa", Splice(2, 0, "a")),
        ("\U0001f5fa map", "\U0001f5fa maps", Splice(6, 0, "s")),  # a map is two units
        ("\U0001f5fa", "\U0001f5fb", Splice(0, 2, "\U0001f5fb")),  # and never halved
    ],
)
def test_a_difference_is_told_as_one_splice(before, after, splice):
    assert splice_between(before, after) == splice
    assert splice.applied_to(before) == after


@FEW
@given(TEXTS, TEXTS)
@example("\U0001f5faa", "\U0001f5fba")
def test_splices_lead_from_one_text_to_the_other(before, after):
    assert spliced(before, **splice_between(before, after).as_json()) == after
    text = before
    for one in reversed(splices_between(before, after)):
        text = one.applied_to(text)
    assert text == after


def test_words_that_stay_are_not_touched():
    found = splices_between("Bring water and a hat", "Bring tea and a big hat")
    assert found == [Splice(6, 5, "tea"), Splice(17, 0, " big")]


def test_beyond_many_words_one_splice_is_enough():
    before, after = "a " * MOST_WORDS, "b " * MOST_WORDS
    (one,) = splices_between(before, after)
    assert one.applied_to(before) == after


def test_nor_are_the_same_words_over_and_over_compared_each_with_each():
    few, many = ("a " * 40, "b a " * 40), ("a " * 490, "b a " * 240)
    assert len(splices_between(*few)) > 1
    assert splices_between(*many) == [splice_between(*many)]


def theirs(*texts: str) -> list[tuple[Splice, bool]]:
    return [(splice_between(a, b), False) for a, b in zip(texts, texts[1:], strict=False)]


def test_what_both_wrote_is_there():
    base = "Bring water and a hat."
    since = theirs(base, "Bring water, tea and a hat.")
    assert merged(base, "Bring water and a sun hat.", since) == "Bring water, tea and a sun hat."


def test_what_either_deleted_is_gone():
    base = "one two three four"
    assert merged(base, "one three four", theirs(base, "one two three")) == "one three"


def test_at_one_place_theirs_comes_first():
    assert merged("ab", "a1b", theirs("ab", "a2b")) == "a21b"


def test_my_own_edit_that_i_had_seen_is_not_made_twice():
    since = [(splice_between("a", "a b"), True), (splice_between("a b", "x a b"), False)]
    assert merged("a", "a b c", since) == "x a b c"


def test_what_i_deleted_before_stays_deleted_and_what_i_wrote_can_go():
    since = [(splice_between("a b c", "a c"), True), (splice_between("a c", "a d c"), True)]
    assert merged("a b c", "a c", since) == "a c"


@FEW
@given(TEXTS, TEXTS, TEXTS)
def test_who_edits_alone_gets_what_they_wrote(base, first, second):
    assert merged(base, first, []) == first
    assert merged(base, base, theirs(base, first, second)) == second
    own = [(splice_between(base, first), True)]
    assert merged(base, second, own) == second
