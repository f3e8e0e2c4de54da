"""GET /trips/{id}/history: who did what, newest first, in groups."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text, update

from tests.statements import counted
from wandr.changes import history
from wandr.changes.models import TripChange
from wandr.changes.schemas import HistoryGroupView
from wandr.extensions import db


@pytest.fixture
def told(path):
    """The groups of the history, as somebody reads them."""

    def told(person, query: str = ""):
        return person.get(f"{path}/history{query}")["items"]

    return told


def make_older(seq: int, by: timedelta) -> None:
    """Let a change and those before it be older."""
    older = update(TripChange).where(TripChange.seq <= seq).values(at=TripChange.at - by)
    db.session.execute(older)
    db.session.commit()


def test_the_newest_comes_first_and_it_is_said_who(told, plan, path, organizer, participant):
    plan("Inari")
    organizer.patch(path, json={"title": "Spring"})
    newest, before, *_ = told(organizer)
    assert newest["text"] == "Olga Organizer changed “Spring”."
    assert before["text"] == "Pavel Participant added “Inari”."
    assert (before["by"], before["display_name"]) == (
        str(participant.user_id),
        "Pavel Participant",
    )
    assert before["what"][0]["did"] == ["create"]


def test_what_one_did_soon_after_is_one_group(told, plan, path, participant):
    rows = [plan(name) for name in ("Inari", "Nishiki", "Gion", "Nijo", "Tea")]
    participant.patch(f"{path}/activities/{rows[0]['id']}", json={"title": "Fushimi", "notes": "n"})
    participant.delete(f"{path}/activities/{rows[4]['id']}")
    (group, *_) = told(participant)
    assert (group["first_seq"], group["last_seq"]) == (rows[0]["version"], rows[4]["version"] + 2)
    assert group["text"] == ("Pavel Participant added “Fushimi”, “Nishiki”, “Gion” and 2 more.")
    assert group["what"][0] == {
        "entity": "activity", "id": rows[0]["id"], "label": "Fushimi",
        "did": ["create", "text", "update"], "fields": ["notes", "title"],
    }  # fmt: skip


def test_what_came_later_is_another_group(told, plan, participant):
    first = plan("Inari")
    make_older(first["version"], history.TOGETHER + timedelta(seconds=1))
    plan("Tea")
    assert [group["text"] for group in told(participant)][:2] == [
        "Pavel Participant added “Tea”.",
        "Pavel Participant added “Inari”.",
    ]


def test_an_undo_stands_alone_and_can_be_redone_from_there(told, plan, path, participant):
    row = plan("Inari")
    participant.delete(f"{path}/activities/{row['id']}")
    undone = participant.post(f"{path}/changes/{row['version'] + 1}/undo")
    newest, before, *_ = told(participant)
    assert (newest["undoes"], newest["source"]) == (row["version"] + 1, "undo")
    assert newest["text"] == "Pavel Participant undid a change: restored “Inari”."
    assert newest["last_seq"] == undone["head"]
    assert (before["first_seq"], before["undoes"]) == (row["version"], None)


def test_only_what_concerns_one_row(told, plan, path, participant, organizer):
    row = plan("Inari")
    plan("Tea")
    batch = [
        {"op": "update", "entity": "activity", "id": row["id"], "fields": {"status": "booked"}},
        {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "Also"}},
    ]
    participant.post(f"{path}/changes", json={"mutation_id": str(uuid4()), "ops": batch})
    (group,) = told(organizer, f"?entity_id={row['id']}")
    assert [one["label"] for one in group["what"]] == ["Inari"]
    assert group["what"][0]["did"] == ["create", "update"]
    (joined, *_) = told(organizer, f"?entity_id={participant.user_id}")
    assert joined["text"] == "Pavel Participant added “Pavel Participant”."
    assert told(organizer, f"?entity_id={uuid4()}") == []


def test_pages_hold_every_change_once(path, plan, organizer, monkeypatch):
    monkeypatch.setattr(history, "MOST_IN_A_GROUP", 2)
    for number in range(5):
        plan(str(number))
        organizer.patch(path, json={"title": f"T{number}"})
    seqs, query = [], "?limit=2"
    while query:
        page = organizer.get(f"{path}/history{query}")
        assert len(page["items"]) <= 2
        for group in page["items"]:
            seqs += range(group["last_seq"], group["first_seq"] - 1, -1)
        query = page["next_cursor"] and f"?limit=2&cursor={page['next_cursor']}"
    assert seqs == list(range(organizer.get(path)["seq"], 0, -1))


def test_who_has_left_has_no_name_any_more(told, plan, path, organizer, participant):
    plan("Inari")
    organizer.delete(f"{path}/members/{participant.user_id}")
    removal, group, *_ = told(organizer)
    assert removal["text"] == "Olga Organizer deleted a member."
    assert (group["display_name"], group["text"]) == (None, "Somebody added “Inari”.")


def test_what_one_may_not_see_is_not_told(told, plan, organizer, participant, viewer):
    row = plan("Secret")
    hide = text(
        "UPDATE trip_changes SET ops = jsonb_set(ops, '{0,audience}', to_jsonb(:who))"
        " WHERE seq = :seq"
    )
    db.session.execute(hide, {"who": [str(participant.user_id)], "seq": row["version"]})
    db.session.commit()
    assert all("Secret" not in group["text"] for group in told(viewer))
    assert "Secret" in told(participant)[0]["text"]


def test_much_that_one_may_not_see_does_not_end_it(path, plan, organizer, participant, viewer):
    plan("Seen by all")
    last = [plan(f"Secret {number}") for number in range(25)][-1]["version"]
    hide = text(
        "UPDATE trip_changes SET ops = jsonb_set(ops, '{0,audience}', to_jsonb(:who))"
        " WHERE seq > :last - 25"
    )
    db.session.execute(hide, {"who": [str(participant.user_id)], "last": last})
    db.session.commit()
    page = viewer.get(f"{path}/history?limit=1")
    assert page["items"] == []
    page = viewer.get(f"{path}/history?limit=1&cursor={page['next_cursor']}")
    assert "Seen by all" in page["items"][0]["text"]


def test_it_does_not_take_more_statements_for_more(path, plan, organizer, rolled_back):
    plan("First")
    with counted(rolled_back) as few:
        organizer.get(f"{path}/history")
    for number in range(12):
        plan(str(number))
    with counted(rolled_back) as many:
        organizer.get(f"{path}/history")
    assert len(many) == len(few)


def test_the_longest_sentence_is_as_long_as_it_may_be(told, plan, path, organizer, participant):
    rows = [plan(f"{n:02}" * 100) for n in range(12)]
    for row in rows[:3]:
        participant.delete(f"{path}/activities/{row['id']}")
    ops = [{"op": "restore", "id": row["id"]} for row in rows[:3]]
    ops += [
        {"op": "update", "id": row["id"], "fields": {"url": "https://x.y"}} for row in rows[3:6]
    ]
    ops += [{"op": "move", "id": row["id"], "after": None} for row in rows[6:9]]
    ops += [{"op": "delete", "id": row["id"]} for row in rows[9:]]
    ops += [{"op": "create", "id": str(uuid4()), "fields": {"title": "n" * 200}} for _ in range(4)]
    batch = {"mutation_id": str(uuid4()), "ops": [{**op, "entity": "activity"} for op in ops]}
    done = organizer.post(f"{path}/changes", json=batch)
    assert {one["status"] for one in done["results"]} == {"applied"}
    sentence = told(organizer)[0]["text"]
    assert len(sentence) > 3000
    assert HistoryGroupView(only=("text",)).validate({"text": sentence}) == {}


def test_a_viewer_reads_it_not_an_outsider(path, told, viewer, outsider):
    assert told(viewer)
    outsider.get(f"{path}/history", status=404)


@pytest.mark.parametrize(
    "query",
    ["?limit=0", "?limit=51", "?cursor=0", "?cursor=-1", "?cursor=x", "?entity_id=1", "?x=1"],
)
def test_a_wrong_question_is_refused(path, organizer, query):
    organizer.get(f"{path}/history{query}", status=422)
