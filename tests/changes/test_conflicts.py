"""Two clients, one register: who is told what."""

from __future__ import annotations

from uuid import uuid4

import pytest


@pytest.fixture
def write(path):
    """Send one op on a row and give back its result."""

    def write(person, row, *, base_seq=None, mode="live", op="update", on_conflict=None, **fields):
        one = {"op": op, "entity": "activity", "id": row["id"], "fields": fields}
        if on_conflict:
            one["on_conflict"] = on_conflict
        if op in ("delete", "restore"):
            del one["fields"]
        batch = {"mutation_id": str(uuid4()), "ops": [one], "mode": mode, "base_seq": base_seq}
        return person.post(f"{path}/changes", json=batch)["results"][0]

    return write


@pytest.fixture
def row(plan):
    return plan("Inari", day="2027-04-01", start_time="09:00", end_time="10:00")


def test_live_the_last_write_wins_and_is_told_what_it_overwrote(
    path, write, row, participant, organizer
):
    theirs = write(participant, row, title="Theirs")
    mine = write(organizer, row, title="Mine", base_seq=row["version"])
    assert mine["status"] == "applied"
    assert mine["overwrote"] == [
        {"field": "title", "by": str(participant.user_id), "seq": theirs["seq"], "value": "Theirs"}
    ]
    assert organizer.get(f"{path}/activities/{row['id']}")["title"] == "Mine"


def test_another_register_overwrites_nothing(write, row, participant, organizer):
    write(participant, row, title="Theirs")
    assert "overwrote" not in write(organizer, row, notes="Mine", base_seq=row["version"])


def test_fields_of_one_register_are_overwritten_together(write, row, participant, organizer):
    write(participant, row, end_time="11:00")
    mine = write(organizer, row, start_time="08:00", base_seq=row["version"])
    assert [one["field"] for one in mine["overwrote"]] == ["start_time"]


def test_what_was_seen_is_not_overwritten_and_neither_is_ones_own(
    write, row, participant, organizer
):
    theirs = write(participant, row, title="Theirs")
    assert "overwrote" not in write(organizer, row, title="Seen", base_seq=theirs["seq"])
    mine = write(organizer, row, title="Own", base_seq=theirs["seq"])
    assert "overwrote" not in mine


def test_offline_a_collision_is_a_conflict_that_shows_what_is_there(
    path, write, row, participant, organizer
):
    write(participant, row, title="Theirs")
    mine = write(organizer, row, title="Mine", base_seq=row["version"], mode="offline")
    assert mine["status"] == "conflict"
    assert mine["current"] == organizer.get(f"{path}/activities/{row['id']}")
    assert mine["current"]["title"] == "Theirs"


def test_live_one_may_ask_for_a_conflict_too(write, row, participant, organizer):
    write(participant, row, title="Theirs")
    mine = write(organizer, row, title="Mine", base_seq=row["version"], on_conflict="reject")
    assert mine["status"] == "conflict"


def test_delete_wins_and_tells_what_was(path, write, row, participant, organizer):
    assert write(participant, row, op="delete")["status"] == "applied"
    late = write(organizer, row, title="Late", base_seq=row["version"])
    assert (late["status"], late["error"]["code"]) == ("rejected", "deleted")
    assert late["current"]["title"] == "Inari"
    assert write(participant, row, op="delete")["status"] == "noop"
    organizer.get(f"{path}/activities/{row['id']}", status=404)


def test_restore_with_my_edit(path, write, row, participant, organizer):
    write(participant, row, op="delete")
    assert write(organizer, row, op="restore")["status"] == "applied"
    assert write(organizer, row, title="Mine")["status"] == "applied"
    assert organizer.get(f"{path}/activities/{row['id']}")["title"] == "Mine"
    assert write(organizer, row, op="restore")["status"] == "noop"


def test_a_rename_does_not_touch_times(path, write, row, participant):
    write(participant, row, title="Renamed")
    seen = participant.get(f"{path}/activities/{row['id']}")
    assert (seen["start_time"], seen["end_time"]) == ("09:00", "10:00")


def test_ones_own_move_does_not_hide_what_somebody_else_changed_before_it(
    path, write, row, participant, organizer
):
    theirs = write(organizer, row, day="2027-04-02")
    write(participant, row, op="move")  # live, and in the same register
    late = write(participant, row, day="2027-04-03", base_seq=row["version"], mode="offline")
    assert theirs["seq"] > row["version"]
    assert (late["status"], late["current"]["day"]) == ("conflict", "2027-04-02")
    other = write(participant, row, title="Mine", base_seq=row["version"], mode="offline")
    assert other["status"] == "applied"
