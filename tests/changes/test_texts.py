"""Notes that several people type in: `text` ops, plain writes among them, what readers see."""

from __future__ import annotations

from base64 import b64decode, b64encode
from uuid import uuid4

import pytest
from pycrdt import Doc, Text
from sqlalchemy import func, select

from tests.fold import comparable, fold
from wandr.changes import texts
from wandr.changes.models import TripText
from wandr.extensions import db


class Editor:
    """Somebody whose app binds a Y.Doc to the notes of something, and follows the log."""

    def __init__(self, person, path: str, row: dict, entity: str = "activity") -> None:
        self.person, self.path = person, path
        self.target = {"entity": entity, "id": row["id"]}
        self.address = path if entity == "trip" else f"{path}/activities/{row['id']}"
        whole = person.get(f"{self.address}/text/notes")
        self.doc, self.seq = Doc(), whole["seq"]
        self.doc.apply_update(b64decode(whole["state"]))
        self.text = self.doc.get("notes", type=Text)

    def type(self, at: int, text: str) -> bytes:
        known = self.doc.get_state()
        self.text.insert(at, text)
        return self.doc.get_update(known)

    def send(self, typed: bytes, **more):
        """The result of sending an update."""
        op = {"op": "text", **self.target, "field": "notes", "update": b64encode(typed).decode()}
        return self.batch({**op, **more})[0]

    def batch(self, *ops):
        body = {"mutation_id": str(uuid4()), "ops": list(ops)}
        return self.person.post(f"{self.path}/changes", json=body)["results"]

    def catch_up(self) -> None:
        told = self.person.get(f"{self.path}/changes?since={self.seq}")
        for op in [op for change in told["changes"] for op in change["ops"]]:
            if op["op"] == "text" and op["id"] == self.target["id"]:
                self.doc.apply_update(b64decode(op["update"]))
        self.seq = told["head"]


@pytest.fixture
def row(plan):
    return plan("Inari", notes="Bring water.")


@pytest.fixture
def notes(path, row):
    """The notes as a reader sees them."""
    return lambda person: person.get(f"{path}/activities/{row['id']}")["notes"]


@pytest.fixture
def editors(path, row, participant, organizer):
    return Editor(participant, path, row), Editor(organizer, path, row)


def test_two_people_type_at_once_and_both_are_read(editors, notes, viewer):
    ada, bob = editors
    assert ada.send(ada.type(5, " cold"))["status"] == "applied"
    assert bob.send(bob.type(12, " And tea."))["status"] == "applied"
    for one in editors:
        one.catch_up()
    assert str(ada.text) == str(bob.text) == notes(viewer) == "Bring cold water. And tea."


def test_the_log_carries_the_update_and_a_splice_for_who_has_no_yjs(path, editors, viewer, row):
    before = viewer.get(f"{path}/snapshot")
    ada, bob = editors
    update = ada.type(0, "\U0001f5fa ")
    ada.send(update)
    bob.send(bob.type(12, " Hat."))
    changes = viewer.get(f"{path}/changes?since={before['seq']}")["changes"]
    first, second = (change["ops"][0] for change in changes)
    assert b64decode(first["update"]) == update
    assert first["splice"] == {"at": 0, "delete": 0, "insert": "\U0001f5fa "}
    assert second["splice"] == {"at": 15, "delete": 0, "insert": " Hat."}  # in UTF-16 units
    assert first["fields"]["version"] == changes[0]["seq"]
    assert fold(before, changes) == comparable(viewer.get(f"{path}/snapshot"))


def test_until_somebody_types_there_is_no_document(editors, row):
    def count():
        return db.session.scalar(select(func.count()).select_from(TripText))

    assert count() == 0
    editors[0].send(editors[0].type(0, "a"))
    assert count() == 1


def test_a_patch_is_a_difference_and_what_is_typed_meanwhile_stays(
    path, row, editors, notes, organizer
):
    ada, _ = editors
    typed = ada.type(12, " Soon!")
    address = f"{path}/activities/{row['id']}"
    patched = organizer.patch(address, json={"notes": "Bring tea and water.", "title": "Tea"})
    assert patched["notes"] == "Bring tea and water."
    assert ada.send(typed)["status"] == "applied"
    assert notes(organizer) == "Bring tea and water. Soon!"
    ada.catch_up()
    assert str(ada.text) == notes(organizer)


def test_a_patch_of_both_is_one_change_with_two_ops(path, row, organizer):
    before = organizer.get(f"{path}/snapshot")
    organizer.patch(f"{path}/activities/{row['id']}", json={"notes": "Tea.", "title": "Tea"})
    (change,) = organizer.get(f"{path}/changes?since={before['seq']}")["changes"]
    assert [op["op"] for op in change["ops"]] == ["text", "update"]
    assert fold(before, [change]) == comparable(organizer.get(f"{path}/snapshot"))


def test_an_offline_rewrite_is_merged_with_what_others_typed_and_is_no_conflict(
    path, row, editors, notes, organizer, participant
):
    ada, _ = editors
    ada.send(ada.type(12, " Soon!"))
    op = {"op": "update", "entity": "activity", "id": row["id"]}
    batch = {
        "mutation_id": str(uuid4()), "mode": "offline", "base_seq": row["version"],
        "ops": [{**op, "fields": {"notes": "Bring cold water."}}],
    }  # fmt: skip
    (result,) = organizer.post(f"{path}/changes", json=batch)["results"]
    assert result["status"] == "applied"
    assert notes(participant) == "Bring cold water. Soon!"


def test_ones_own_queue_of_rewrites_is_not_doubled(path, row, notes, organizer):
    ops = [
        {"op": "update", "entity": "activity", "id": row["id"], "fields": {"notes": text}}
        for text in ("Bring water. Hat.", "Bring water. Hat. Tea.")
    ]
    for op in ops:  # both were made while the device held `base_seq`
        batch = {"mutation_id": str(uuid4()), "mode": "offline", "ops": [op]}
        organizer.post(f"{path}/changes", json={**batch, "base_seq": row["version"]})
    assert notes(organizer) == "Bring water. Hat. Tea."


def test_the_same_notes_are_no_change(path, row, organizer):
    seq = organizer.get(path)["seq"]
    organizer.patch(f"{path}/activities/{row['id']}", json={"notes": "Bring water."})
    assert organizer.get(path)["seq"] == seq


def test_an_update_twice_changes_once(path, editors, notes, viewer):
    ada, _ = editors
    update = ada.type(0, "Oh. ")
    assert ada.send(update)["status"] == "applied"
    seq = viewer.get(path)["seq"]
    assert ada.send(update)["status"] == "noop"
    assert (viewer.get(path)["seq"], notes(viewer)) == (seq, "Oh. Bring water.")


def test_several_texts_in_one_batch(editors, notes, viewer):
    ada, _ = editors
    ops = [
        {"op": "text", **ada.target, "field": "notes", "update": b64encode(one).decode()}
        for one in (ada.type(0, "a"), ada.type(1, "b"))
    ]
    assert [one["status"] for one in ada.batch(*ops)] == ["applied", "applied"]
    assert notes(viewer) == "abBring water."


def test_a_trip_has_notes_too(path, trip, organizer, participant, viewer):
    editor = Editor(organizer, path, trip, "trip")
    before = viewer.get(f"{path}/snapshot")
    editor.send(editor.type(0, "Passports!"))
    organizer.patch(path, json={"notes": "Passports! And visas."})
    editor.catch_up()
    assert str(editor.text) == viewer.get(path)["notes"] == "Passports! And visas."
    changes = viewer.get(f"{path}/changes?since={before['seq']}")["changes"]
    assert fold(before, changes) == comparable(viewer.get(f"{path}/snapshot"))
    refused = Editor(participant, path, trip, "trip")
    assert refused.send(refused.type(0, "x"))["error"]["code"] == "forbidden"


def test_typing_is_undone_while_nobody_else_has_typed(path, editors, notes, participant):
    ada, bob = editors
    first = ada.send(ada.type(0, "Oh. "))
    undone = participant.post(f"{path}/changes/{first['seq']}/undo")
    assert (undone["partial"], notes(participant)) == (False, "Bring water.")
    redone = participant.post(f"{path}/changes/{undone['head']}/undo")
    assert notes(participant) == "Oh. Bring water."
    bob.catch_up()
    theirs = bob.send(bob.type(0, "Ah. "))
    kept = participant.post(f"{path}/changes/{redone['head']}/undo")
    (result,) = kept["results"]
    assert (kept["partial"], result["error"]["code"]) == (True, "changed_since")
    assert result["kept"][0] | {"value": ""} == {
        "field": "notes", "by": str(bob.person.user_id), "seq": theirs["seq"], "value": "",
    }  # fmt: skip
    for one in editors:
        one.catch_up()
    assert str(ada.text) == str(bob.text) == notes(participant) == "Ah. Oh. Bring water."


def test_what_was_typed_and_erased_again_stands_in_no_undos_way(path, editors, notes, participant):
    ada, _ = editors
    first = ada.send(ada.type(0, "x"))
    known = ada.doc.get_state()
    ada.type(0, "y")
    del ada.text[0:1]
    second = ada.send(ada.doc.get_update(known))
    assert second["status"] == "applied"
    undone = participant.post(f"{path}/changes/{second['seq']}/undo")
    assert undone["results"] == [{"status": "noop", "seq": None, "id": ada.target["id"]}]
    assert (undone["head"], undone["partial"]) == (second["seq"], False)
    assert participant.post(f"{path}/changes/{first['seq']}/undo")["partial"] is False
    assert notes(participant) == "Bring water."


def test_a_viewer_reads_and_types_not_an_outsider_sees_nothing(path, row, viewer, outsider):
    vera = Editor(viewer, path, row)
    assert vera.send(vera.type(0, "x"))["error"]["code"] == "forbidden"
    outsider.get(f"{path}/activities/{row['id']}/text/notes", status=404)
    outsider.get(f"{path}/text/notes", status=404)


def test_of_what_is_deleted_there_is_no_text(path, row, editors, participant):
    ada, _ = editors
    update = ada.type(0, "x")
    participant.delete(f"{path}/activities/{row['id']}")
    participant.get(f"{path}/activities/{row['id']}/text/notes", status=404)
    result = ada.send(update)
    assert (result["status"], result["error"]["code"]) == ("rejected", "deleted")
    assert result["current"]["notes"] == "Bring water."
    participant.post(f"{path}/activities/{row['id']}/restoration")
    assert ada.send(update)["status"] == "applied"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"update": "////"}, "bad_update"),
        ({"update": ""}, "bad_update"),
        ({"field": "title"}, "unknown_field"),
        ({"field": "nothing"}, "unknown_field"),
        ({"entity": "member"}, "unknown_op"),
        ({"entity": "nothing"}, "unknown_entity"),
        ({"fields": {}}, "invalid"),
        ({"after": None}, "invalid"),
        ({"id": str(uuid4())}, "not_found"),
        ({"dates_mode": "keep"}, "unknown_op"),
    ],
)
def test_a_wrong_text_op_is_refused(editors, notes, viewer, change, code):
    ada, _ = editors
    result = ada.send(ada.type(0, "x"), **change)
    assert (result["status"], result["error"]["code"]) == ("rejected", code)
    assert notes(viewer) == "Bring water."


@pytest.mark.parametrize("update", ["é", "a b=", "====", 1, None, "A" * 87_388])
def test_what_is_no_base64_or_too_much_has_no_shape(path, row, participant, update):
    op = {"op": "text", "entity": "activity", "id": row["id"], "field": "notes", "update": update}
    batch = {"mutation_id": str(uuid4()), "ops": [op]}
    refused = participant.post(f"{path}/changes", json=batch, status=422)
    assert "update" in refused["errors"]["json"]["ops"]["0"]


def test_an_update_belongs_to_a_text_op(path, row, participant):
    op = {"op": "update", "entity": "activity", "id": row["id"], "fields": {}, "update": "AAA="}
    batch = {"mutation_id": str(uuid4()), "ops": [op]}
    (result,) = participant.post(f"{path}/changes", json=batch)["results"]
    assert result["error"]["code"] == "unknown_op"


def test_a_text_that_grows_too_long_takes_no_more(editors, notes, viewer):
    ada, bob = editors
    assert ada.send(ada.type(0, "a" * 9_900))["status"] == "applied"
    result = bob.send(bob.type(0, "b" * 100))
    assert (result["status"], result["error"]["code"]) == ("rejected", "invalid")
    assert result["error"]["errors"]["json"]["notes"]
    assert len(notes(viewer)) == 9_912


def test_what_both_wrote_may_be_too_long_together(path, row, editors, organizer):
    ada, _ = editors
    ada.send(ada.type(0, "a" * 6_000))
    op = {"op": "update", "entity": "activity", "id": row["id"]}
    batch = {
        "mutation_id": str(uuid4()), "mode": "offline", "base_seq": row["version"],
        "ops": [{**op, "fields": {"notes": "Bring water." + "b" * 6_000}}],
    }  # fmt: skip
    (result,) = organizer.post(f"{path}/changes", json=batch)["results"]
    assert (result["status"], result["error"]["code"]) == ("rejected", "invalid")


def test_what_cannot_be_stored_cannot_be_typed(editors, notes, viewer):
    ada, _ = editors
    result = ada.send(ada.type(0, "a\x00b"))
    assert (result["status"], result["error"]["code"]) == ("rejected", "invalid")
    assert notes(viewer) == "Bring water."


def test_a_rewrite_from_long_ago_is_not_merged_with_everything_since(
    path, row, editors, notes, organizer, monkeypatch
):
    monkeypatch.setattr(texts, "MOST_UNSEEN", 2)
    ada, _ = editors
    for letter in "abc":
        ada.send(ada.type(0, letter))
    op = {"op": "update", "entity": "activity", "id": row["id"], "fields": {"notes": "Hat."}}
    batch = {"mutation_id": str(uuid4()), "ops": [op]}
    asked = {**batch, "base_seq": row["version"]}
    (result,) = organizer.post(f"{path}/changes", json=asked)["results"]
    assert (result["status"], result["error"]["code"]) == ("rejected", "text_moved_on")
    assert result["current"]["notes"] == notes(organizer) == "cbaBring water."
    seen = {**batch, "mutation_id": str(uuid4()), "base_seq": organizer.get(path)["seq"]}
    assert organizer.post(f"{path}/changes", json=seen)["results"][0]["status"] == "applied"
