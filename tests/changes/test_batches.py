"""POST /trips/{id}/changes: batches of ops."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.fold import comparable, fold


def new_id() -> str:
    return str(uuid4())


def create(title, row_id=None, **fields):
    row_id = row_id or new_id()
    fields = {"title": title, **fields}
    return {"op": "create", "entity": "activity", "id": row_id, "fields": fields}


def update(row, **fields):
    return {"op": "update", "entity": "activity", "id": row["id"], "fields": fields}


@pytest.fixture
def send(path):
    def send(person, *ops, status=200, **more):
        batch = {"mutation_id": new_id(), "ops": list(ops), **more}
        return person.post(f"{path}/changes", json=batch, status=status)

    return send


def statuses(outcome):
    return [result["status"] for result in outcome["results"]]


def test_a_batch_is_one_change(path, send, participant, organizer):
    seq = organizer.get(path)["seq"]
    outcome = send(participant, create("Inari"), create("Nishiki"))
    assert statuses(outcome) == ["applied", "applied"]
    assert outcome["head"] == seq + 1
    (change,) = organizer.get(f"{path}/changes?since={seq}")["changes"]
    assert [op["value"]["title"] for op in change["ops"]] == ["Inari", "Nishiki"]
    assert change["by"] == str(participant.user_id)
    assert change["source"] == "rest"


def test_the_same_mutation_twice_changes_once(path, send, participant):
    mutation_id, op = new_id(), create("Inari")
    first = send(participant, op, mutation_id=mutation_id)
    again = send(participant, op, mutation_id=mutation_id)
    assert again == first
    assert len(participant.get(f"{path}/activities")["items"]) == 1


def test_a_refused_mutation_stays_refused_when_it_comes_again(path, send, organizer, viewer):
    mutation_id, op = new_id(), create("Inari")
    first = send(viewer, op, mutation_id=mutation_id)
    assert statuses(first) == ["rejected"]
    organizer.patch(f"{path}/members/{viewer.user_id}", json={"role": "participant"})
    assert send(viewer, op, mutation_id=mutation_id) == first
    assert viewer.get(f"{path}/activities")["items"] == []


def test_a_mutation_id_is_not_for_other_ops(send, participant):
    mutation_id = new_id()
    send(participant, create("Inari"), mutation_id=mutation_id)
    refused = send(participant, create("Other"), mutation_id=mutation_id, status=422)
    assert refused["code"] == "mutation_reused"


def test_who_has_seen_more_than_there_is_must_read_again(path, send, participant):
    head = participant.get(path)["seq"]
    refused = send(participant, create("Inari"), base_seq=head + 1, status=409)
    assert (refused["code"], refused["head"]) == ("ahead", head)
    assert participant.get(f"{path}/activities")["items"] == []
    assert statuses(send(participant, create("Inari"), base_seq=head)) == ["applied"]


def test_two_people_may_use_the_same_mutation_id(send, participant, organizer):
    mutation_id = new_id()
    for person in (participant, organizer):
        assert statuses(send(person, create("Inari"), mutation_id=mutation_id)) == ["applied"]


def test_live_all_or_nothing(path, send, participant):
    seq = participant.get(path)["seq"]
    outcome = send(participant, create("Inari"), create(""), create("Nishiki"))
    assert statuses(outcome) == ["skipped", "rejected", "skipped"]
    assert outcome["results"][1]["error"]["errors"]["title"]
    assert outcome["head"] == participant.get(path)["seq"] == seq
    assert participant.get(f"{path}/activities")["items"] == []


def test_offline_every_op_for_itself_and_one_seq(path, send, participant):
    seq = participant.get(path)["seq"]
    outcome = send(participant, create("Inari"), create(""), create("Nishiki"), mode="offline")
    assert statuses(outcome) == ["applied", "rejected", "applied"]
    assert [r["seq"] for r in outcome["results"]] == [seq + 1, None, seq + 1]
    assert outcome["head"] == seq + 1


def test_offline_with_nothing_applied_takes_no_seq(path, send, participant):
    seq = participant.get(path)["seq"]
    outcome = send(participant, create(""), mode="offline")
    assert (statuses(outcome), outcome["head"]) == (["rejected"], seq)


def test_chained_offline_create_edit_delete(path, send, participant):
    row = {"id": new_id()}
    chain = [
        create("Inari", row["id"]),
        update(row, title="Fushimi Inari"),
        {"op": "delete", "entity": "activity", **row},
    ]
    assert statuses(send(participant, *chain, mode="offline")) == ["applied"] * 3
    assert participant.get(f"{path}/activities")["items"] == []


def test_a_viewer_is_refused_and_an_outsider_sees_nothing(send, path, viewer, outsider):
    (result,) = send(viewer, create("Inari"))["results"]
    assert (result["status"], result["error"]["code"]) == ("rejected", "forbidden")
    send(outsider, create("Inari"), status=404)
    assert viewer.get(f"{path}/activities")["items"] == []


def test_an_op_on_another_trips_row_finds_nothing(send, participant, plan, organizer):
    row = plan("Inari")
    other = organizer.post("/trips", json={"title": "Other"})
    batch = {"mutation_id": new_id(), "ops": [update(row, title="Stolen")]}
    (result,) = organizer.post(f"/trips/{other['id']}/changes", json=batch)["results"]
    assert result["error"]["code"] == "not_found"


def test_an_id_is_taken_only_once_in_all_trips(send, plan, organizer):
    row = plan("Inari")
    (result,) = send(organizer, create("Again", row["id"]))["results"]
    assert result["error"]["code"] == "id_taken"
    other = organizer.post("/trips", json={"title": "Other"})
    batch = {"mutation_id": new_id(), "ops": [create("Again", row["id"])]}
    (result,) = organizer.post(f"/trips/{other['id']}/changes", json=batch)["results"]
    assert result["error"]["code"] == "id_taken"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"entity": "volcano"}, "unknown_entity"),
        ({"entity": "member"}, "unknown_op"),
        ({"entity": "trip"}, "unknown_op"),
        ({"fields": {"title": "x", "foo": 1}}, "invalid"),
        ({"fields": {"title": "x", "version": 1}}, "invalid"),
        ({"fields": {"title": "x", "position": "a0"}}, "invalid"),
        ({"fields": {"title": "\ud800"}}, "invalid"),
        ({"dates_mode": "keep"}, "unknown_op"),
        ({"after": str(uuid4())}, "unknown_neighbour"),
        ({"op": "update"}, "not_found"),
        ({"op": "move", "fields": {"title": "x"}}, "unknown_op"),
        ({"op": "delete"}, "invalid"),
    ],
)
def test_a_wrong_op_is_rejected_by_its_code(path, send, participant, change, code):
    (result,) = send(participant, {**create("x"), **change})["results"]
    assert (result["status"], result["error"]["code"]) == ("rejected", code)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ops": []},
        {"ops": [7]},
        {"ops": [{}]},
        {"ops": [{"op": "explode", "entity": "activity", "id": str(uuid4())}]},
        {"ops": [{"op": "delete", "entity": "activity", "id": "7"}]},
        {"ops": [create("x")] * 201},
        {"ops": [create("x")], "mode": "dream"},
        {"ops": [create("x")], "base_seq": -1},
        {"ops": [create("x")], "mutation_id": "7"},
        {"ops": [create("x")], "source": "ai"},
    ],
)
def test_a_batch_without_shape_is_refused(path, participant, body):
    participant.post(f"{path}/changes", json={"mutation_id": new_id(), **body}, status=422)
    assert participant.get(f"{path}/activities")["items"] == []


def test_the_log_folds_into_the_whole(path, send, participant, organizer, viewer, plan):
    before = viewer.get(f"{path}/snapshot")
    row, other = (
        plan("Inari", day="2027-04-01", start_time="09:00"),
        plan("Nishiki", day="2027-04-01"),
    )
    send(participant, {"op": "move", "entity": "activity", "id": row["id"], "after": other["id"]})
    send(participant, update(row, title="Gion", notes="Lanterns", cost_minor=500))
    send(organizer, {"op": "delete", "entity": "activity", "id": other["id"]})
    send(organizer, {"op": "restore", "entity": "activity", "id": other["id"]})
    organizer.patch(
        path, json={"start_date": "2027-05-01", "end_date": "2027-05-02", "dates_mode": "shift"}
    )
    organizer.patch(f"{path}/members/{viewer.user_id}", json={"role": "participant"})
    organizer.delete(f"{path}/members/{participant.user_id}")
    after = viewer.get(f"{path}/snapshot")
    changes = viewer.get(f"{path}/changes?since={before['seq']}")
    assert changes["head"] == after["seq"]
    assert fold(before, changes["changes"]) == comparable(after)


def test_the_log_is_read_in_stretches(path, plan, viewer, outsider):
    for n in range(5):
        plan(f"Stop {n}")
    head = viewer.get(path)["seq"]
    seen, since, more = [], 0, True
    while more:
        stretch = viewer.get(f"{path}/changes?since={since}&limit=3")
        seen += [change["seq"] for change in stretch["changes"]]
        since, more = seen[-1], stretch["more"]
        assert stretch["head"] == head
    assert seen == list(range(1, head + 1))
    assert viewer.get(f"{path}/changes?since={head}") == {
        "changes": [],
        "head": head,
        "more": False,
    }
    outsider.get(f"{path}/changes", status=404)
    viewer.get(f"{path}/changes?since=-1", status=422)
    viewer.get(f"{path}/changes?limit=501", status=422)


def test_a_snapshot_shows_what_each_route_shows(path, plan, viewer, organizer):
    plan("No day"), plan("Second", day="2027-04-02"), plan("First", day="2027-04-01")
    whole = viewer.get(f"{path}/snapshot")
    tag = viewer.raw.headers["ETag"]
    assert whole["entities"]["activity"] == viewer.get(f"{path}/activities")["items"]
    assert [one["title"] for one in whole["entities"]["activity"]] == ["First", "Second", "No day"]
    assert whole["members"] == viewer.get(f"{path}/members")["items"]
    trip = viewer.get(path)
    assert {
        **whole["trip"],
        "seq": whole["seq"],
        "role": whole["role"],
        "permissions": whole["permissions"],
    } == trip
    viewer.get(f"{path}/snapshot", headers={"If-None-Match": tag}, status=304)
    plan("One more")
    viewer.get(f"{path}/snapshot", headers={"If-None-Match": tag}, status=200)


@pytest.mark.parametrize("name", ["\0", "\ud800"])
def test_a_field_with_an_unsafe_name_is_one_refusal(path, send, participant, name):
    """The name is told in no error: the outcome that holds it could not be stored."""
    strange = {**create("Strange"), "fields": {"title": "Strange", name: 1}}
    outcome = send(participant, create("Inari"), strange, mode="offline")
    assert statuses(outcome) == ["applied", "rejected"]
    assert [one["title"] for one in participant.get(f"{path}/activities")["items"]] == ["Inari"]
