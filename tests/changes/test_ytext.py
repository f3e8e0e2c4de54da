"""Yjs documents: seeds, merges, and what is refused."""

from __future__ import annotations

from base64 import b64decode
from random import Random

import pytest
from pycrdt import Array, Doc, Map, Text

from wandr.changes.ytext import merge, normal, rewrite, seed
from wandr.errors import Conflict, Invalid, WandrError


class Peer:
    """Somebody with a Y.Doc of their own."""

    def __init__(self, state: bytes) -> None:
        self.doc: Doc = Doc()
        self.text = self.doc.get("notes", type=Text)
        self.doc.apply_update(state)

    def type(self, at: int, text: str) -> bytes:
        known = self.doc.get_state()
        self.text.insert(at, text)
        return self.doc.get_update(known)

    def erase(self, start: int, end: int) -> bytes:
        """What the deletion says, without the deletions before it being new to anybody."""
        known = self.doc.get_state()
        del self.text[start:end]
        return self.doc.get_update(known)


STATE = seed("notes", "Bring water.")


def test_two_seeds_of_one_text_are_one_text():
    again = seed("notes", "Bring water.")
    assert merge("notes", STATE, again) == (STATE, "Bring water.")
    assert str(Peer(STATE).text) == "Bring water."
    assert seed("notes", "") == b"\x00\x00"


def test_two_people_type_at_once_and_both_are_there():
    ada, bob = Peer(STATE), Peer(STATE)
    first, second = ada.type(5, " cold"), bob.type(12, " And tea.")
    state, text = merge("notes", STATE, first)
    state, text = merge("notes", state, second)
    assert text == "Bring cold water. And tea."
    other_way, _ = merge("notes", merge("notes", STATE, second)[0], first)
    assert str(Peer(other_way).text) == text == str(Peer(state).text)


def test_an_update_that_is_there_already_changes_nothing():
    update = Peer(STATE).type(0, "!")
    state, _ = merge("notes", STATE, update)
    assert merge("notes", state, update) == (state, "!Bring water.")


def test_a_rewrite_touches_only_the_words_that_differ():
    bob = Peer(STATE)
    state, update = rewrite("notes", STATE, "Bring tea, \U0001f5fa and water.")
    theirs = bob.type(12, " Soon!")
    _, text = merge("notes", state, theirs)
    assert text == "Bring tea, \U0001f5fa and water. Soon!"
    bob.doc.apply_update(update)
    assert str(bob.text) == text


def test_a_rewrite_of_what_is_the_same_changes_nothing():
    state, update = rewrite("notes", STATE, "Bring water.")
    assert (state, Peer(STATE).doc.get_update()) == (STATE, STATE)
    assert merge("notes", STATE, update)[0] == STATE


def test_an_update_that_builds_on_what_is_not_here_is_refused_not_lost():
    ada = Peer(STATE)
    first, second = ada.type(0, "a"), ada.type(1, "b")
    with pytest.raises(Conflict) as refused:
        merge("notes", STATE, second)
    assert refused.value.code == "text_gap"
    state, _ = merge("notes", STATE, first)
    assert merge("notes", state, second)[1] == "abBring water."


def test_so_is_a_deletion_of_what_is_not_here():
    ada = Peer(STATE)
    ada.type(0, "abc")
    with pytest.raises(Conflict) as refused:
        merge("notes", STATE, ada.erase(0, 2))
    assert refused.value.code == "text_gap"


def test_what_rides_behind_an_update_is_left_out():
    update = Peer(STATE).type(0, "a")
    assert normal(update + b"and more") == normal(update) == update


def foreign(make) -> bytes:
    doc: Doc = Doc()
    make(doc)
    return doc.get_update()


def bold(doc: Doc) -> None:
    text = doc.get("notes", type=Text)
    text += "abc"
    text.format(0, 2, {"bold": True})


def embed(doc: Doc) -> None:
    doc.get("notes", type=Text).insert_embed(0, {"image": "x"})


WRONG = {
    "nothing": b"",
    "half a header": b"\x00",
    "nonsense": b"nonsense",
    "endless numbers": b"\xff" * 40,
    "cut off": Peer(STATE).type(0, "abc")[:-2],
    "another text": foreign(lambda doc: doc.get("other", type=Text).insert(0, "x")),
    "another root": foreign(lambda doc: doc.get("other", type=Map).__setitem__("x", 1)),
    "something invisible": foreign(lambda doc: doc.get("notes", type=Array).append({"x": 1})),
    "a format": foreign(bold),
    "an embed": foreign(embed),
}


HEAD = b"\x01\x01\x07\x00"  # one block of client 7, from clock 0
IN_ROOT = b"\x01\x05notes"
DEEP = b"\x75\x01" * 32_000 + b"\x7e"  # an array in an array in an array …
HOSTILE = {
    "values nested deep": HEAD + b"\x08" + IN_ROOT + b"\x01" + DEEP + b"\x00",
    "the same in disguise": HEAD + b"\x18" + IN_ROOT + b"\x01" + DEEP + b"\x00",
    "a document with such options": HEAD + b"\x09" + IN_ROOT + b"\x01x" + DEEP + b"\x00",
    "an entry of a map": HEAD + b"\x24" + IN_ROOT + b"\x01k\x01x\x00",
    "a clock at the end": b"\x01\x01\x07\xff\xff\xff\xff\x0f\x04" + IN_ROOT + b"\x01x\x00",
    "too much at once": HEAD + b"\x00\xff\xff\xff\xff\x0f\x00",
}


@pytest.mark.parametrize("update", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_could_end_the_process_never_gets_to_the_library(update, monkeypatch):
    monkeypatch.setattr("wandr.changes.ytext.Doc", None)
    with pytest.raises(Invalid) as refused:
        merge("notes", STATE, update)
    assert refused.value.code == "bad_update"


def test_all_that_plain_typing_consists_of_is_taken():
    ada = Peer(STATE)
    parts = [ada.type(0, "\U0001f5fae\u0301"), ada.type(4, "x"), ada.erase(2, 9), ada.type(3, "y")]
    state, text = STATE, ""
    for part in [*parts, ada.doc.get_update()]:
        state, text = merge("notes", state, part)
    assert text == str(ada.text)


@pytest.mark.parametrize("update", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_plain_text_is_refused(update):
    with pytest.raises(Invalid) as refused:
        merge("notes", STATE, update)
    assert refused.value.code == "bad_update"


CUT = {"half is deleted": "AAEBAQEB", "something comes in between": "AQEHAMQBAQECAXgA"}  # by Yjs


@pytest.mark.parametrize("update", CUT.values(), ids=CUT.keys())
def test_no_edit_cuts_a_surrogate_pair(update):
    """Yjs would show half a character where other libraries show none: never the same again."""
    with pytest.raises(Invalid) as refused:
        merge("notes", seed("notes", "a\U0001f600b"), b64decode(update))
    assert refused.value.code == "bad_update"


def test_a_document_that_remembers_too_much_takes_no_more(monkeypatch):
    monkeypatch.setattr("wandr.changes.ytext.MOST_BYTES", len(STATE) + 10)
    with pytest.raises(Conflict) as refused:
        merge("notes", STATE, Peer(STATE).type(0, "a" * 20))
    assert refused.value.code == "text_full"


def test_no_mutilated_update_gets_past():
    """Each is merged or refused; a panic inside the library is a refusal, too."""
    dice, outcomes = Random(7), {"merged": 0, "refused": 0}
    update = Peer(STATE).type(3, "abc") + Peer(STATE).erase(2, 5)
    for _ in range(20_000):
        bad = bytearray(update)
        for _ in range(dice.randrange(1, 4)):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        try:
            state, text = merge("notes", STATE, bytes(bad))
        except WandrError:
            outcomes["refused"] += 1
        else:
            assert str(Peer(state).text) == text
            outcomes["merged"] += 1
    assert min(outcomes.values()) > 100, outcomes
