"""POST /trips/{id}/changes/{seq}/undo: what one wrote goes, what others wrote since stays."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.fold import comparable, fold


@pytest.fixture
def undo(path):
    """Take a change back; the whole outcome."""

    def undo(person, seq, status=200, **body):
        return person.post(f"{path}/changes/{seq}/undo", json=body, status=status)

    return undo


@pytest.fixture
def edit(path):
    """Change fields of an activity; it, as it is then."""

    def edit(person, row, **fields):
        version = person.get(f"{path}/activities/{row['id']}")["version"]
        tag = {"If-Match": f'"{version}.0"'}
        return person.patch(f"{path}/activities/{row['id']}", json=fields, headers=tag)

    return edit


def read(person, path, row):
    return person.get(f"{path}/activities/{row['id']}")


def content(row):
    return {name: value for name, value in row.items() if name not in ("version", "updated_at")}


def statuses(outcome):
    return [(one["status"], one.get("error", {}).get("code")) for one in outcome["results"]]


def test_what_one_changed_is_as_it_was(path, plan, edit, undo, participant):
    row = plan("Inari", day="2027-04-01", start_time="09:00")
    changed = edit(participant, row, title="Tea", start_time="10:00", cost_minor=500)
    outcome = undo(participant, changed["version"])
    assert statuses(outcome) == [("applied", None)] and outcome["partial"] is False
    assert content(read(participant, path, row)) == content(row)
    assert outcome["head"] == outcome["results"][0]["seq"] == changed["version"] + 1


def test_it_is_a_change_like_any_other(path, plan, edit, undo, participant, organizer):
    changed = edit(participant, plan("Inari"), title="Tea")
    undo(participant, changed["version"])
    since = f"{path}/changes?since={changed['version']}"
    (change,) = organizer.get(since)["changes"]
    assert (change["source"], change["by"]) == ("undo", str(participant.user_id))
    assert change["ops"][0]["op"] == "update"
    assert change["ops"][0]["fields"]["title"] == "Inari"


def test_to_undo_an_undo_is_to_redo(path, plan, edit, undo, participant):
    row = plan("Inari")
    changed = edit(participant, row, title="Tea")
    undone = undo(participant, changed["version"])
    redone = undo(participant, undone["head"])
    assert content(read(participant, path, row)) == content(changed)
    undo(participant, redone["head"])
    assert content(read(participant, path, row)) == content(row)


def test_a_creation_goes_and_comes_back(path, plan, undo, participant):
    first, row = plan("First", day="2027-04-01"), plan("Inari", day="2027-04-01")
    undone = undo(participant, row["version"])
    participant.get(f"{path}/activities/{row['id']}", status=404)
    undo(participant, undone["head"])
    assert content(read(participant, path, row)) == content(row)
    listed = participant.get(f"{path}/activities")["items"]
    assert [one["id"] for one in listed] == [first["id"], row["id"]]


def test_a_deletion_is_undone(path, plan, undo, participant):
    row = plan("Inari", day="2027-04-01", notes="Early")
    participant.delete(f"{path}/activities/{row['id']}")
    seq = participant.get(path)["seq"]
    undo(participant, seq)
    assert content(read(participant, path, row)) == content(row)


def test_a_move_goes_back_to_its_place(path, plan, undo, participant):
    rows = [plan(name, day="2027-04-01") for name in "abc"]
    moved = participant.post(f"{path}/activities/{rows[2]['id']}/move", json={"after": None})
    undo(participant, moved["version"])
    listed = participant.get(f"{path}/activities")["items"]
    assert [content(one) for one in listed] == [content(one) for one in rows]


def test_its_place_is_behind_the_same_neighbour_when_others_moved_in(path, plan, undo, participant):
    a, b, c = (plan(name, day="2027-04-01") for name in "abc")
    moved = participant.post(f"{path}/activities/{b['id']}/move", json={"after": c["id"]})
    between = plan("new", day="2027-04-01")
    participant.post(f"{path}/activities/{between['id']}/move", json={"after": a["id"]})
    assert undo(participant, moved["version"])["partial"] is False
    titles = [one["title"] for one in participant.get(f"{path}/activities")["items"]]
    assert titles in (["a", "b", "new", "c"], ["a", "new", "b", "c"])


def test_what_somebody_else_wrote_since_stays_and_is_reported(
    path, plan, edit, undo, participant, organizer
):
    row = plan("Inari", url="https://example.com/1")
    mine = edit(participant, row, title="Tea", url="https://example.com/2")
    theirs = edit(organizer, row, title="Theirs")
    outcome = undo(participant, mine["version"])
    assert outcome["partial"] is True
    assert outcome["results"][0]["kept"] == [
        {
            "field": "title",
            "by": str(organizer.user_id),
            "seq": theirs["version"],
            "value": "Theirs",
        }
    ]
    now = read(participant, path, row)
    assert (now["title"], now["url"]) == ("Theirs", "https://example.com/1")


def test_what_is_all_written_over_is_left_alone_and_takes_no_seq(
    path, plan, edit, undo, participant, organizer
):
    row = plan("Inari")
    mine = edit(participant, row, title="Tea")
    theirs = edit(organizer, row, title="Theirs")
    outcome = undo(participant, mine["version"])
    assert statuses(outcome) == [("rejected", "changed_since")]
    assert (outcome["partial"], outcome["head"]) == (True, theirs["version"])
    assert read(participant, path, row)["title"] == "Theirs"


def test_the_same_value_written_by_somebody_else_stays_too(
    plan, edit, undo, participant, organizer
):
    row = plan("Inari")
    mine = edit(participant, row, title="Tea")
    edit(organizer, row, title="Other")
    edit(organizer, row, title="Tea")
    assert statuses(undo(participant, mine["version"])) == [("rejected", "changed_since")]


def test_registers_go_back_together_or_not_at_all(path, plan, edit, undo, participant, organizer):
    row = plan("Inari", day="2027-04-01", start_time="09:00", end_time="10:00")
    mine = edit(participant, row, start_time="08:00")
    edit(organizer, row, end_time="11:00")
    outcome = undo(participant, mine["version"])
    assert statuses(outcome) == [("rejected", "changed_since")]
    now = read(participant, path, row)
    assert (now["start_time"], now["end_time"]) == ("08:00", "11:00")


def test_a_creation_that_somebody_worked_on_stays(path, plan, edit, undo, participant, organizer):
    row = plan("Inari")
    edit(organizer, row, notes="Bring water")
    outcome = undo(participant, row["version"])
    assert statuses(outcome) == [("rejected", "changed_since")]
    assert outcome["results"][0]["current"]["notes"] == "Bring water"
    read(participant, path, row)


def test_a_restoration_by_somebody_else_stays(path, plan, undo, participant, organizer):
    row = plan("Inari")
    undone = undo(participant, row["version"])
    organizer.post(f"{path}/activities/{row['id']}/restoration")
    organizer.delete(f"{path}/activities/{row['id']}")
    assert statuses(undo(participant, undone["head"])) == [("rejected", "changed_since")]


def test_of_a_deleted_row_nothing_is_undone(path, plan, edit, undo, participant, organizer):
    row = plan("Inari")
    mine = edit(participant, row, title="Tea")
    organizer.delete(f"{path}/activities/{row['id']}")
    outcome = undo(participant, mine["version"])
    assert statuses(outcome) == [("rejected", "deleted")]
    assert outcome["results"][0]["current"]["title"] == "Tea"


def test_a_batch_is_undone_as_one_even_when_its_ops_build_on_each_other(
    path, plan, undo, participant
):
    before = participant.get(f"{path}/snapshot")
    row_id = str(uuid4())
    target = {"entity": "activity", "id": row_id}
    ops = [
        {"op": "create", **target, "fields": {"title": "a", "day": "2027-04-01"}},
        {"op": "update", **target, "fields": {"title": "b", "notes": "n"}},
        {"op": "delete", **target},
        {"op": "restore", **target},
        {"op": "move", **target, "fields": {"day": "2027-04-02"}},
    ]
    batch = {"mutation_id": str(uuid4()), "ops": ops}
    done = participant.post(f"{path}/changes", json=batch)
    assert [one["status"] for one in done["results"]] == ["applied"] * 5
    after = participant.get(f"{path}/activities/{row_id}")
    undone = undo(participant, done["head"])
    assert undone["partial"] is False, undone
    assert participant.get(f"{path}/snapshot")["entities"] == before["entities"]
    undo(participant, undone["head"])
    assert content(participant.get(f"{path}/activities/{row_id}")) == content(after)


def test_new_dates_and_what_followed_from_them_are_undone(path, plan, undo, organizer, trip):
    rows = [plan(name, day=day) for name, day in (("a", "2027-04-01"), ("b", "2027-04-05"))]
    body = {"start_date": "2027-04-04", "end_date": "2027-04-06"}
    changed = organizer.patch(path, json=body)
    assert organizer.get(f"{path}/activities/{rows[0]['id']}")["day"] is None
    undone = undo(organizer, changed["seq"])
    assert undone["partial"] is False
    now = organizer.get(path)
    assert (now["start_date"], now["end_date"]) == (trip["start_date"], trip["end_date"])
    for row in rows:
        assert content(organizer.get(f"{path}/activities/{row['id']}")) == content(row)
    undo(organizer, undone["head"])
    assert organizer.get(f"{path}/activities/{rows[0]['id']}")["day"] is None


def test_what_the_old_dates_have_no_room_for_stays_where_it_was_put(path, plan, undo, organizer):
    """An undo restores what was, and derives nothing: dates are a frame, no fence."""
    changed = organizer.patch(path, json={"end_date": "2027-04-09"})
    late = plan("Late", day="2027-04-08")
    undo(organizer, changed["seq"])
    assert organizer.get(f"{path}/activities/{late['id']}") == late


def test_what_followed_from_dates_that_somebody_changed_since_stays_where_it_is(
    path, plan, undo, organizer, participant
):
    row = plan("Inari", day="2027-04-02")
    shifted = organizer.patch(path, json={"shift_days": 7})
    longer = organizer.patch(path, json={"start_date": "2027-04-08", "end_date": "2027-04-20"})
    outcome = undo(organizer, shifted["seq"])
    assert set(statuses(outcome)) == {("rejected", "changed_since")}
    assert len(outcome["results"]) == 2
    assert read(participant, path, row)["day"] == "2027-04-09"
    undo(organizer, longer["seq"])
    assert undo(organizer, shifted["seq"])["partial"] is False
    assert content(read(participant, path, row)) == content(row)


def test_what_was_moved_before_the_dates_in_one_batch_goes_back_with_them(
    path, plan, undo, organizer, trip
):
    row = plan("Inari", day="2027-04-02")
    move = {"op": "move", "entity": "activity", "id": row["id"], "fields": {"day": "2027-04-09"}}
    dates = {"op": "update", "entity": "trip", "id": trip["id"]}
    ops = [move, {**dates, "fields": {"end_date": "2027-04-10"}}]
    done = organizer.post(f"{path}/changes", json={"mutation_id": str(uuid4()), "ops": ops})
    outcome = undo(organizer, done["head"])
    assert outcome["partial"] is False, outcome
    assert content(read(organizer, path, row)) == content(row)
    undo(organizer, outcome["head"])
    assert read(organizer, path, row)["day"] == "2027-04-09"


def test_it_stays_in_a_redo_too(path, plan, undo, organizer, participant):
    row = plan("Inari", day="2027-04-02")
    undone = undo(organizer, organizer.patch(path, json={"shift_days": 7})["seq"])
    organizer.patch(path, json={"end_date": "2027-04-20"})
    assert set(statuses(undo(organizer, undone["head"]))) == {("rejected", "changed_since")}
    assert read(participant, path, row)["day"] == "2027-04-02"


def test_who_takes_new_dates_back_needs_no_other_right_than_to_set_them(
    path, plan, undo, organizer, participant
):
    row = plan("Inari", day="2027-04-02")
    rights = {"permissions": {"edit_trip": True, "edit_itinerary": False}}
    organizer.patch(f"{path}/members/{participant.user_id}", json=rights)
    shifted = participant.patch(path, json={"shift_days": 30})
    assert undo(participant, shifted["seq"])["partial"] is False
    assert content(read(organizer, path, row)) == content(row)
    rights = {"permissions": {"edit_trip": False, "edit_itinerary": True}}
    shifted = participant.patch(path, json={"shift_days": 30})
    organizer.patch(f"{path}/members/{participant.user_id}", json=rights)
    assert set(statuses(undo(participant, shifted["seq"]))) == {("rejected", "forbidden")}
    assert read(organizer, path, row)["day"] == "2027-05-02"


def test_who_has_left_takes_part_in_nothing_whatever_is_undone(
    path, plan, undo, organizer, participant
):
    row = plan("Inari", participants=[str(participant.user_id)])
    organizer.delete(f"{path}/members/{participant.user_id}")
    outcome = undo(organizer, organizer.get(path)["seq"])
    assert set(statuses(outcome)) == {("rejected", "not_undoable")}
    assert read(organizer, path, row)["participants"] == []


def test_a_copied_location_comes_back_although_the_place_has_gone(
    path, plan, edit, undo, participant, organizer
):
    place = {"name": "Home", "latitude": 1, "longitude": 2}
    location_id = participant.post("/locations", json=place)["id"]
    row = plan("Inari", location_id=location_id)
    changed = edit(participant, row, location_id=None)
    outcome = undo(participant, changed["version"])
    assert outcome["partial"] is False
    assert content(read(participant, path, row)) == content(row)


def test_the_trash_is_left_and_entered_again(path, undo, organizer):
    organizer.delete(path)
    seq = organizer.get("/trips/trash")["items"][0]["seq"]
    undone = undo(organizer, seq)
    organizer.get(path)
    undo(organizer, undone["head"])
    organizer.get(path, status=404)
    undo(organizer, 1, status=404)


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_making_a_trip_and_joining_it_are_not_undone(path, undo, organizer, seq):
    outcome = undo(organizer, seq)
    assert {code for _, code in statuses(outcome)} == {"not_undoable"}
    assert outcome["head"] == 3


def test_a_participant_undoes_their_own_an_organizer_anyones(
    path, plan, edit, undo, participant, organizer, viewer
):
    row = plan("Inari")
    theirs = edit(organizer, row, title="Theirs")
    assert statuses(undo(participant, theirs["version"])) == [("rejected", "forbidden")]
    assert statuses(undo(viewer, theirs["version"])) == [("rejected", "forbidden")]
    mine = edit(participant, row, title="Mine")
    assert statuses(undo(organizer, mine["version"])) == [("applied", None)]
    assert read(organizer, path, row)["title"] == "Theirs"


def test_who_may_no_longer_write_undoes_nothing(path, plan, undo, participant, organizer):
    row = plan("Inari")
    organizer.patch(f"{path}/members/{participant.user_id}", json={"role": "viewer"})
    assert statuses(undo(participant, row["version"])) == [("rejected", "forbidden")]


def test_an_outsider_sees_no_change(undo, outsider, plan):
    undo(outsider, plan("Inari")["version"], status=404)


@pytest.mark.parametrize("seq", [0, 99, 2**53 - 1])
def test_there_is_nothing_to_undo(undo, participant, seq):
    assert undo(participant, seq, status=404)["code"] == "not_found"


@pytest.mark.parametrize("seq", ["-1", "x", str(2**63), "1.5"])
def test_what_is_no_seq_leads_nowhere(undo, participant, seq):
    undo(participant, seq, status=404)


def test_a_repeated_undo_is_done_once(path, plan, edit, undo, participant):
    row = plan("Inari")
    changed = edit(participant, row, title="Tea")
    mutation_id = str(uuid4())
    first = undo(participant, changed["version"], mutation_id=mutation_id)
    assert undo(participant, changed["version"], mutation_id=mutation_id) == first
    assert participant.get(path)["seq"] == first["head"]
    refused = undo(participant, row["version"], mutation_id=mutation_id, status=422)
    assert refused["code"] == "mutation_reused"


def test_snapshot_and_changes_agree_after_it(path, plan, edit, undo, participant, organizer):
    row = plan("Inari", day="2027-04-01")
    before = organizer.get(f"{path}/snapshot")
    changed = edit(participant, row, title="Tea", day="2027-04-02", notes="Hot")
    undone = undo(participant, changed["version"])
    undo(participant, undone["head"])
    changes = organizer.get(f"{path}/changes?since={before['seq']}")["changes"]
    assert fold(before, changes) == comparable(organizer.get(f"{path}/snapshot"))
