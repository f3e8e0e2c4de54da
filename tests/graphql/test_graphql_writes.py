"""Mutations do what REST does, by the same services: checked, numbered, and told with their codes."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.ai.conftest import Scripted, create
from tests.graphql.conftest import snaked
from tests.graphql.selections import all_of
from wandr.extensions import db
from wandr.gate import gate

TRIP = all_of("Trip", but=frozenset({"days"}))
CREATE = f"mutation($input: TripInput!) {{ createTrip(input: $input) {TRIP} }}"
APPLY = f"""mutation($t: UUID!, $m: UUID!, $ops: [JSON!]!, $mode: String! = "live", $seq: BigInt) {{
    applyChanges(tripId: $t, mutationId: $m, ops: $ops, mode: $mode, baseSeq: $seq) {all_of("Outcome")} }}"""


@pytest.fixture
def change(ask, trip):
    """Sends ops as somebody."""

    def send(person, *ops, code=None, **more):
        sent = {"t": trip["id"], "m": str(uuid4()), "ops": list(ops), **more}
        told = ask(person, APPLY, code=code, **sent)
        return told if code else snaked(told["applyChanges"])

    return send


def test_a_trip_is_created_changed_deleted_and_restored(ask, organizer):
    made = snaked(
        ask(
            organizer,
            CREATE,
            input={
                "title": "Oslo",
                "startDate": "2027-06-01",
                "endDate": "2027-06-02",
                "tripData": {"a": [1]},
            },
        )["createTrip"]
    )
    path = f"/trips/{made['id']}"
    assert made == organizer.get(path)
    log = organizer.get(f"{path}/changes?since=0")["changes"]
    assert [(one["source"], one["client_id"]) for one in log] == [
        ("graphql", str(organizer.session_id))
    ]
    update = f"mutation($id: UUID!, $in: TripUpdateInput!, $v: BigInt) {{ updateTrip(id: $id, input: $in, expectVersion: $v) {TRIP} }}"
    told = snaked(
        ask(organizer, update, id=made["id"], **{"in": {"shiftDays": 7}}, v=1)["updateTrip"]
    )
    assert (told["start_date"], told["end_date"]) == ("2027-06-08", "2027-06-09")
    ask(organizer, update, code="stale", id=made["id"], **{"in": {"title": "x"}}, v=1)
    assert (
        snaked(
            ask(organizer, f"mutation($id: UUID!) {{ deleteTrip(id: $id) {TRIP} }}", id=made["id"])[
                "deleteTrip"
            ]
        )["seq"]
        == 3
    )
    organizer.get(path, status=404)
    ask(organizer, "mutation($id: UUID!) { restoreTrip(id: $id) { seq } }", id=made["id"])
    assert organizer.get(path)["seq"] == 4


def test_wrong_fields_are_named_as_in_rest(ask, organizer):
    error = ask(
        organizer, CREATE, code="invalid", input={"title": "x" * 201, "startDate": "2027-02-30"}
    )
    rest = organizer.post(
        "/trips", json={"title": "x" * 201, "start_date": "2027-02-30"}, status=422
    )
    assert error["extensions"]["errors"] == rest["errors"]
    assert error["extensions"]["status"] == 422
    ask(
        organizer,
        CREATE,
        code="invalid",
        input={"title": "x", "startDate": "2027-06-03", "endDate": "2027-06-01"},
    )
    ask(organizer, CREATE, code="graphql_invalid", input={"title": "x", "seq": 9})
    assert organizer.get("/trips")["items"] == []


def test_ops_are_applied_once_and_tell_what_rest_tells(change, participant, organizer, path):
    op = {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "Tea"}}
    mutation = str(uuid4())
    first = change(participant, op, m=mutation)
    assert [one["status"] for one in first["results"]] == ["applied"]
    assert change(participant, op, m=mutation) == first
    assert [one["title"] for one in organizer.get(f"{path}/activities")["items"]] == ["Tea"]
    update = {"op": "update", "entity": "activity", "id": op["id"], "fields": {"title": "Cake"}}
    assert change(organizer, update)["results"][0]["status"] == "applied"
    stale = {**update, "fields": {"title": "Late"}}
    told = change(participant, stale, mode="offline", seq=first["head"])["results"][0]
    assert (told["status"], told["current"]["title"]) == ("conflict", "Cake")
    change(participant, {**op, "id": 7}, code="invalid")


def test_a_change_is_taken_back(ask, change, participant, trip, path):
    op = {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "Tea"}}
    head = change(participant, op)["head"]
    query = (
        f"mutation($t: UUID!, $s: BigInt!) {{ undoChange(tripId: $t, seq: $s) {all_of('Undo')} }}"
    )
    told = ask(participant, query, t=trip["id"], s=head)["undoChange"]
    assert (told["head"], told["partial"]) == (head + 1, False)
    assert participant.get(f"{path}/activities")["items"] == []
    ask(participant, query, code="not_found", t=trip["id"], s=999)


def test_people_come_and_go(ask, organizer, outsider, trip, path):
    invite = "mutation($t: UUID!, $in: InviteInput!) { createInvite(tripId: $t, input: $in) { token invite { id role uses } } }"
    made = ask(organizer, invite, t=trip["id"], **{"in": {"link": True, "role": "viewer"}})[
        "createInvite"
    ]
    joined = ask(
        outsider,
        "mutation($k: String!) { acceptInvite(token: $k) { title role } }",
        k=made["token"],
    )
    assert joined["acceptInvite"] == {"title": "Kyoto in spring", "role": "viewer"}
    ask(
        outsider,
        "mutation($k: String!) { acceptInvite(token: $k) { title } }",
        code="not_found",
        k=made["token"],
    )
    update = "mutation($t: UUID!, $u: UUID!, $r: String) { updateMember(tripId: $t, userId: $u, input: {role: $r}) { role } }"
    people = {"t": trip["id"], "u": str(outsider.user_id)}
    assert ask(organizer, update, **people, r="participant")["updateMember"] == {
        "role": "participant"
    }
    ask(outsider, update, code="forbidden", **people, r="organizer")
    remove = "mutation($t: UUID!, $u: UUID!) { removeMember(tripId: $t, userId: $u) }"
    ask(organizer, remove, code="last_organizer", t=trip["id"], u=str(organizer.user_id))
    assert ask(organizer, remove, **people) == {"removeMember": people["u"]}
    outsider.get(path, status=404)
    other = ask(organizer, invite, t=trip["id"], **{"in": {"email": outsider.email}})[
        "createInvite"
    ]
    (mine,) = ask(outsider, "{ invites { nodes { id } } }")["invites"]["nodes"]
    assert mine["id"] == other["invite"]["id"]
    assert ask(outsider, "mutation($k: String!) { refuseInvite(token: $k) }", k=mine["id"]) == {
        "refuseInvite": True
    }
    third = ask(organizer, invite, t=trip["id"], **{"in": {"link": True}})["createInvite"][
        "invite"
    ]["id"]
    ask(
        organizer,
        "mutation($t: UUID!, $i: UUID!) { deleteInvite(tripId: $t, id: $i) }",
        t=trip["id"],
        i=third,
    )
    assert organizer.get(f"{path}/invites")["items"] == []


def test_the_assistant_is_asked_stopped_and_talked_to(ask, participant, trip, rolled_back):
    made = ask(
        participant,
        'mutation($t: UUID!) { createAiRequest(tripId: $t, input: {kind: "ask", prompt: "When?"}) { id status prompt events { seq } } }',
        t=trip["id"],
    )["createAiRequest"]
    assert (made["status"], made["prompt"], made["events"]) == ("queued", "When?", [])
    again = 'mutation($t: UUID!) { createAiRequest(tripId: $t, input: {kind: "ask"}) { id } }'
    error = ask(participant, again, code="quota_exceeded", t=trip["id"])
    assert error["extensions"]["retry_after"] == 5
    told = ask(
        participant, "mutation($i: UUID!) { cancelAiRequest(id: $i) { status } }", i=made["id"]
    )
    assert told["cancelAiRequest"]["status"] == "cancelled"
    talk = ask(
        participant,
        'mutation { createConversation(input: {title: "Food"}) { id messages { content } } }',
    )["createConversation"]
    said = ask(
        participant,
        'mutation($c: UUID!) { sendMessage(conversationId: $c, content: "Where?") { id conversationId } }',
        c=talk["id"],
    )
    assert said["sendMessage"]["conversationId"] == talk["id"]
    ask(
        participant,
        'mutation($c: UUID!) { sendMessage(conversationId: $c, content: "") { id } }',
        code="invalid",
        c=talk["id"],
    )


def test_a_proposal_is_accepted_and_refused(ask, organizer, trip, proposed):
    first, second = (proposed("x", by=Scripted(create()))["id"] for _ in range(2))
    accept = f"mutation($p: UUID!, $i: [UUID!]) {{ acceptProposal(id: $p, itemIds: $i) {all_of('Proposal')} }}"
    told = snaked(ask(organizer, accept, p=first)["acceptProposal"])
    assert told["status"] == "accepted" and told == organizer.get(f"/proposals/{first}")
    ask(organizer, accept, code="invalid", p=second, i=[str(uuid4())])
    refused = ask(organizer, "mutation($p: UUID!) { refuseProposal(id: $p) { status } }", p=second)
    assert refused["refuseProposal"] == {"status": "refused"}
    ask(organizer, accept, code="not_open", p=second)


def test_oneself_places_and_copies(ask, participant, trip, plan):
    plan("Tea")
    told = ask(
        participant,
        'mutation { updateMe(input: {bio: "Hi", preferences: {pace: "relaxed"}}) { bio preferences { pace interests } } }',
    )
    assert told["updateMe"] == {"bio": "Hi", "preferences": {"pace": "relaxed", "interests": []}}
    made = ask(
        participant,
        'mutation { createLocation(input: {name: "Home", latitude: 1, longitude: 2}) { id kind } }',
    )
    assert participant.get(f"/locations/{made['createLocation']['id']}")["name"] == "Home"
    copy = ask(
        participant,
        'mutation($t: UUID!) { copyTrip(id: $t, title: "Mine") { title role activities { nodes { title } } } }',
        t=trip["id"],
    )
    assert copy["copyTrip"] == {
        "title": "Mine",
        "role": "organizer",
        "activities": {"nodes": [{"title": "Tea"}]},
    }


def test_a_profile_and_a_restoration_may_expect_a_version(ask, organizer, trip, path):
    version = organizer.get("/users/me")["version"]
    update = 'mutation($v: BigInt) { updateMe(input: {bio: "Hi"}, expectVersion: $v) { version } }'
    ask(organizer, update, code="stale", v=version + 1)
    assert ask(organizer, update, v=version)["updateMe"]["version"] == version + 1
    organizer.delete(path)
    (deleted,) = organizer.get("/trips/trash")["items"]
    restore = "mutation($t: UUID!, $v: BigInt) { restoreTrip(id: $t, expectVersion: $v) { id } }"
    ask(organizer, restore, code="stale", t=trip["id"], v=deleted["version"] + 1)
    ask(organizer, restore, t=trip["id"], v=deleted["version"])


def test_a_place_of_ones_own_is_never_twice_the_same(ask, participant):
    create = "mutation($n: String!) { createLocation(input: {name: $n, latitude: 1, longitude: 2}) { id } }"
    first, second = (ask(participant, create, n=name) for name in ("Home", "home"))
    assert first == second != ask(participant, create, n="Work")
    given = {"name": "HOME", "latitude": 1, "longitude": 2}
    made = participant.post("/locations", json=given, status=200)
    assert made["id"] == first["createLocation"]["id"]


def test_each_mutation_stands_alone_in_its_own_transaction(ask, organizer):
    query = """mutation { a: createTrip(input: {title: "A"}) { title } b: createTrip(input: {title: ""}) { title }
        c: createTrip(input: {title: "C"}) { title } }"""
    told = organizer.post("/graphql", json={"query": query})
    assert told["data"] == {"a": {"title": "A"}, "b": None, "c": {"title": "C"}}
    assert told["errors"][0]["path"] == ["b"]
    assert sorted(one["title"] for one in organizer.get("/trips")["items"]) == ["A", "C"]


def test_nobody_waits_at_the_gate_with_a_connection(ask, organizer, trip, monkeypatch):
    held, hold = [], gate.hold

    def watched(trip_id):
        held.append(db.session.registry().in_transaction())
        return hold(trip_id)

    monkeypatch.setattr(gate, "hold", watched)
    rename = f'updateTrip(id: "{trip["id"]}", input: {{title: "%s"}}) {{ members {{ nodes {{ role }} }} }}'
    ask(organizer, f"mutation {{ a: {rename % 'A'} b: {rename % 'B'} }}")
    assert held == [False, False]


def test_what_a_mutation_shows_is_read_after_it_was_written(ask, organizer, trip):
    query = 'mutation($t: UUID!) { updateTrip(id: $t, input: {title: "New"}) { title members { nodes { role } } changes(since: 1) { changes { seq } } } }'
    told = ask(organizer, query, t=trip["id"])["updateTrip"]
    assert (told["title"], len(told["members"]["nodes"])) == ("New", 3)
    assert told["changes"]["changes"][-1]["seq"] == trip["seq"] + 1
    assert not db.session.registry().in_transaction()
