"""Ids of one trip under the address of another lead nowhere; what is read-only is never written."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.operations import Operation, operations_of
from tests.fuzz.worlds import furnish

NESTED = {"row_id", "invite_id", "user_id", "webhook_id", "delivery_id"}  # beside a trip_id
ALONE = {"request_id", "proposal_id", "conversation_id", "notification_id"}  # reached by themselves
READ_ONLY = {
    "id": "00000000-0000-4000-8000-000000000000",
    "trip_id": "00000000-0000-4000-8000-000000000000",
    "user_id": "00000000-0000-4000-8000-000000000000",
    "created_by": "00000000-0000-4000-8000-000000000000",
    "requested_by": "00000000-0000-4000-8000-000000000000",
    "created_at": "2000-01-01T00:00:00Z",
    "updated_at": "2000-01-01T00:00:00Z",
    "version": 99,
    "seq": 99,
    "base_seq": 99,
    "position": "a0",
    "deleted_seq": 1,
    "register_seqs": {},
    "role": "organizer",
    "permissions": {"delete_trip": True},
    "location": {"name": "Elsewhere"},
    "email": "other@example.com",
    "email_verified": True,
    "is_active": True,
    "password_hash": "x",
    "status": "succeeded",
    "source": "atlas",
    "attribution": "x",
    "uses": 0,
    "token": "x",
}


@pytest.fixture
def operations(organizer) -> list[Operation]:
    return list(operations_of(organizer.get("/openapi.json")))


@pytest.fixture
def worlds(organizer, outsider) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Two trips of the organizer, and one of a stranger."""
    mine, other = furnish(organizer, trips=2)
    return mine, other, furnish(outsider, trips=1)[0]


def names_in(operation: Operation) -> set[str]:
    return {p["name"] for p in operation.parameters if p["in"] == "path"}


def call(person, operation: Operation, things: dict[str, str], body: Any = None) -> int:
    body = operation.request.get("example") if body is None else body
    query = "?wait=0" if operation.path.endswith("/events") else ""
    answer = person.client.open(
        operation.path.format(**things) + query,
        method=operation.method.upper(),
        headers={"Authorization": f"Bearer {person.token}"},
        **({"json": body} if operation.request else {}),
    )
    return answer.status_code


def everything(person, trip_id: str) -> str:
    """All that can be read of a trip, as text."""
    path = f"/trips/{trip_id}"
    lists = (path, f"{path}/snapshot", f"{path}/members", f"{path}/invites", f"{path}/proposals")
    return json.dumps([person.get(one) for one in lists], sort_keys=True)


@pytest.mark.parametrize("whose", ["of another trip of mine", "of a stranger's trip"])
def test_an_id_of_another_trip_leads_nowhere(organizer, outsider, operations, worlds, whose):
    mine, other, strangers = worlds
    foreign = other if whose == "of another trip of mine" else strangers
    owner = organizer if foreign is other else outsider
    before = everything(organizer, mine["trip_id"]), everything(owner, foreign["trip_id"])
    tried = 0
    for operation in operations:
        names = names_in(operation)
        for name in names & NESTED if "trip_id" in names else ():
            status = call(organizer, operation, {**mine, name: foreign[name]})
            assert status == 404, f"{operation.name} with a {name} {whose}: {status}"
            tried += 1
    assert tried >= 6
    after = everything(organizer, mine["trip_id"]), everything(owner, foreign["trip_id"])
    assert after == before


def test_what_belongs_to_a_stranger_is_not_there(organizer, outsider, operations, worlds):
    _, _, strangers = worlds
    before = everything(outsider, strangers["trip_id"])
    for operation in operations:
        if names_in(operation) & {"trip_id", *ALONE}:
            status = call(organizer, operation, strangers)
            assert status == 404, f"{operation.name} of a stranger: {status}"
    assert everything(outsider, strangers["trip_id"]) == before


def test_neighbours_and_locations_of_strangers_are_not_taken(organizer, worlds):
    mine, other, strangers = worlds
    activities = f"/trips/{mine['trip_id']}/activities"
    for foreign in (other, strangers):
        body = {"after": foreign["row_id"]}
        organizer.post(f"{activities}/{mine['row_id']}/move", json=body, status=422)
        organizer.post(activities, json={"title": "x", **body}, status=422)
    body = {"location_id": strangers["location_id"]}
    organizer.patch(f"{activities}/{mine['row_id']}", json=body, status=422)
    body = {"participants": [strangers["user_id"]]}
    organizer.patch(f"{activities}/{mine['row_id']}", json=body, status=422)


def test_what_is_read_only_is_refused_everywhere(organizer, operations, worlds):
    mine, tried = worlds[0], 0
    before = everything(organizer, mine["trip_id"]), organizer.get("/users/me")
    for operation in operations:
        if not operation.request:
            continue
        schema = operation.resolved(operation.request["schema"])
        for name in READ_ONLY.keys() - schema["properties"].keys():
            body = {**operation.request["example"], name: READ_ONLY[name]}
            status = call(organizer, operation, mine, body)
            assert status == 422, f"{operation.name} with {name}: {status}"
            tried += 1
    assert tried > 200
    assert (everything(organizer, mine["trip_id"]), organizer.get("/users/me")) == before


def test_an_op_sets_nothing_read_only(organizer, worlds):
    mine, told = worlds[0], {}
    before = everything(organizer, mine["trip_id"])
    for entity, key in (("trip", "trip_id"), ("activity", "row_id"), ("member", "user_id")):
        for name in READ_ONLY.keys() - {"location"}:
            op = {
                "op": "update",
                "entity": entity,
                "id": mine[key],
                "fields": {name: READ_ONLY[name]},
            }
            batch = {"mutation_id": str(uuid4()), "ops": [op]}
            answer = organizer.post(f"/trips/{mine['trip_id']}/changes", json=batch)
            (told[entity, name],) = [one["status"] for one in answer["results"]]
    assert {what for what, status in told.items() if status != "rejected"} == set()
    assert everything(organizer, mine["trip_id"]) == before
