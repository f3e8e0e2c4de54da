"""`trip:undo`: over the socket as over REST, heard by everybody, done once."""

from __future__ import annotations

from uuid import uuid4

from tests.realtime.device import create, rename


def undo(trip_id, seq, **more):
    return {"trip_id": str(trip_id), "seq": seq, "mutation_id": str(uuid4())} | more


def test_everybody_hears_what_was_taken_back(group, device) -> None:
    pavel, vera = device(group.participant), device(group.viewer)
    for one in (pavel, vera):
        one.join(group.trip_id)
    made = create("Tea")
    seq = pavel.mutate(group.trip_id, made)["head"]
    told = pavel.send("trip:undo", undo(group.trip_id, seq))
    assert (told["ok"], told["partial"], told["head"]) == (True, False, seq + 1)
    for one in (pavel, vera):
        change = one.wait_for_seq(seq + 1)
        assert (change["source"], change["ops"][0]["op"]) == ("undo", "delete")
        assert change["client_id"] == pavel.client_id


def test_a_lost_answer_is_given_again(group, device) -> None:
    olga = device(group.organizer)
    seq = olga.mutate(group.trip_id, rename(group.trip_id, "Tea"))["head"]
    asked = undo(group.trip_id, seq)
    assert olga.send("trip:undo", asked) == olga.send("trip:undo", asked)
    assert olga.join(group.trip_id)["head"] == seq + 1


def test_somebody_elses_change_is_not_undone_by_a_participant(group, device) -> None:
    olga, pavel = device(group.organizer), device(group.participant)
    seq = olga.mutate(group.trip_id, create("Tea"))["head"]
    (result,) = pavel.send("trip:undo", undo(group.trip_id, seq))["results"]
    assert (result["status"], result["error"]["code"]) == ("rejected", "forbidden")
    assert olga.send("trip:undo", undo(group.trip_id, seq))["partial"] is False


def test_what_is_not_there_or_wrong_is_refused(group, device) -> None:
    pavel, oscar = device(group.participant), device(group.outsider)
    for asked, code in (
        (undo(group.trip_id, 99), "not_found"),
        (undo(uuid4(), 1), "not_found"),
        (undo(group.trip_id, 0), "invalid"),
        (undo(group.trip_id, 1, mutation_id=None), "invalid"),
    ):
        assert pavel.send("trip:undo", asked)["error"]["code"] == code
    assert oscar.send("trip:undo", undo(group.trip_id, 1))["error"]["code"] == "not_found"
