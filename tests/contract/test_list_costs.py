"""No list takes more statements for more rows, whether it holds one, ten or a hundred."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import settings

from tests.cast import Person, make_person
from tests.contract.operations import Operation, operations_of
from tests.group import join, something_proposed, something_told
from tests.statements import counted
from wandr.auth.models import AuthSession
from wandr.base import utc_now
from wandr.extensions import db
from wandr.locations.service import create_custom_place
from wandr.transaction import atomic
from wandr.trips.invites import create_invite
from wandr.trips.service import Founder, create_trip
from wandr.users.models import User
from wandr.webhooks import service as webhooks

SIZES = (1, 10, 30)  # in the suite; `--hypothesis-profile thorough` goes to a hundred
THOROUGH = (1, 10, 100)
QUERIES = {
    "search_locations": "&q=Place",
    "list_nearby_locations": "&lat=35&lon=135.7&radius_m=1000",
}
LEAST = {"list_webhooks": 1, "list_history": 1}  # a trip has few, and history is told in groups


@pytest.fixture
def lists(organizer: Person) -> list[Operation]:
    """The operations that answer with pages."""
    found = []
    for operation in operations_of(organizer.get("/openapi.json")):
        for media in operation.responses.get("200", {}).get("content", {}).values():
            schema = operation.resolved(media.get("schema", {}))
            if "next_cursor" in schema.get("properties", {}):
                found.append(operation)
    return found


@pytest.fixture
def grow(app: Flask, trip: dict[str, Any], organizer: Person, path: str):
    """Makes one more of everything that is listed, so many times; the ids of addresses."""
    hook = organizer.post(f"{path}/webhooks", json={"url": "https://a.example"})
    founder = Founder(organizer.user_id, organizer.display_name)
    trip_id = UUID(trip["id"])
    number = iter(range(10**6))

    def one() -> None:
        n, soon = next(number), utc_now() + timedelta(days=1)
        session = AuthSession(
            user_id=organizer.user_id, refresh_hash=uuid4().bytes, expires_at=soon
        )
        db.session.add(session)
        create_trip(founder, {"title": f"Trip {n}"})
        create_custom_place(
            organizer.user_id,
            {"name": f"Place {n}", "kind": "custom", "latitude": 35.0, "longitude": 135.7},
        )
        create_invite(
            trip_id,
            organizer.user_id,
            {"link": True, "role": "viewer", "expires_in_hours": 1, "max_uses": 1},
        )
        webhooks.ping(webhooks.find_webhook(organizer.user_id, trip_id, UUID(hook["id"])))

    def grow(count: int) -> dict[str, str]:
        ops = [
            {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "Tea"}}
            for _ in range(2 * count)
        ]
        organizer.post(f"{path}/changes", json={"mutation_id": str(uuid4()), "ops": ops})
        gone = [{"op": "delete", "entity": "activity", "id": op["id"]} for op in ops[:count]]
        organizer.post(f"{path}/changes", json={"mutation_id": str(uuid4()), "ops": gone})
        for _ in range(count):
            with atomic():
                one()
            something_proposed(trip_id, organizer)
            something_told(organizer)
            organizer.post("/ai/conversations", json={"trip_id": trip["id"]})
            join(trip["id"], organizer, make_person(app, "Mia"), "viewer")
            made = organizer.post("/trips", json={"title": "Gone"})
            organizer.delete(f"/trips/{made['id']}")
            other = make_person(app, "Ivo").post("/trips", json={"title": "Elsewhere"})
            host = db.session.get(User, UUID(other["created_by"]))
            with atomic():
                wanted = {"email": organizer.email, "role": "viewer", "expires_in_hours": 1}
                create_invite(UUID(other["id"]), host.id, wanted)
        return {"trip_id": trip["id"], "webhook_id": hook["id"]}

    return grow


def test_no_list_takes_more_statements_for_more_rows(lists, grow, organizer, rolled_back):
    counts: dict[str, list[int]] = {}
    grown = 0
    for size in THOROUGH if settings.get_current_profile_name() == "thorough" else SIZES:
        ids = grow(size - grown)
        grown = size
        for operation in lists:
            name = operation.body["operationId"]
            limit = 50 if name == "list_history" else 100
            address = operation.path.format(**ids) + f"?limit={limit}{QUERIES.get(name, '')}"
            db.session.expunge_all()
            with counted(rolled_back) as seen:
                items = organizer.get(address, status=200)["items"]
            assert len(items) >= LEAST.get(name, size), (name, size, len(items))
            counts.setdefault(name, []).append(len(seen))
    assert len(counts) >= 14
    assert all(max(one) == one[0] for one in counts.values()), json.dumps(counts, indent=1)
