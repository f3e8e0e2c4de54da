"""Every door, every kind of caller: what is declared is what happens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.cast import FreshClient, Person, make_person
from tests.group import join, something_hooked, something_proposed
from wandr.auth.door import Access
from wandr.extensions import db
from wandr.permissions import DEFAULTS, Permission, Role

OP = {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "x"}}


@dataclass
class World:
    """What the addresses of the matrix point to."""

    ids: dict[str, Any]
    people: dict[str, Person]


# Every door of a trip needs a row here: a body with which a member with the right succeeds, or is
# refused for another reason than the right; None for no body, a pair for one that is no JSON.
TRIP_DOORS: dict[str, Any] = {
    "trips.read_trip": None,
    "trips.update_trip": {"title": "New"},
    "trips.delete_trip": None,
    "trips.restore_trip": None,
    "members.list_members": None,
    "members.update_member": {"role": "viewer"},
    "members.remove_member": None,
    "members.list_trip_invites": None,
    "members.create_invite": {"link": True, "role": "viewer"},
    "members.delete_invite": None,
    "changes.read_snapshot": None,
    "changes.list_changes": None,
    "changes.apply_ops": {"mutation_id": str(uuid4()), "ops": [OP]},
    "changes.undo_change_of_trip": {},
    "changes.list_history": None,
    "trips.read_trip_notes": None,
    "activities.list_activities": None,
    "activities.list_deleted_activities": None,
    "activities.restore_activity": None,
    "activities.read_activity_notes": None,
    "activities.create_activity": {"title": "x"},
    "activities.read_activity": None,
    "activities.update_activity": {"title": "x"},
    "activities.delete_activity": None,
    "activities.move_activity": {"after": None},
    "dates.preview_trip_dates": {"start_date": None, "end_date": None},
    "days.read_days": None,
    "exports.export_calendar": None,
    "exports.export_gpx": None,
    "exports.export_kml": None,
    "exports.export_geojson": None,
    "exports.export_json": None,
    "exports.export_page": None,
    "imports.copy_trip": {},
    "imports.import_place_file": (
        "application/geo+json",
        b'{"type": "FeatureCollection", "features": []}',
    ),
    "webhooks.list_webhooks": None,
    "webhooks.create_webhook": {"url": "https://example.com/hook"},
    "webhooks.read_webhook": None,
    "webhooks.update_webhook": {"paused": True},
    "webhooks.delete_webhook": None,
    "webhooks.ping_webhook": None,
    "webhooks.list_webhook_deliveries": None,
    "webhooks.replay_webhook_delivery": None,
    "feeds.open_calendar_feed": {},
    "feeds.close_calendar_feed": None,
    "ai.create_ai_request": {"kind": "plan_trip", "prompt": "plan"},
    "ai.read_ai_request": None,
    "ai.list_ai_events": None,
    "ai.cancel_ai_request": None,
    "conversations.read_conversation": None,
    "conversations.send_message": {"content": "Hello"},
    "check.check": None,
    "proposals.list_proposals": None,
    "proposals.read_proposal": None,
    "proposals.accept_proposal": {},
    "proposals.refuse_proposal": None,
}
# Doors for anybody who is logged in: about oneself, or about no trip in particular.
USER_DOORS = {
    "auth.change_password", "auth.end_session", "auth.list_sessions", "auth.log_out",
    "users.close_my_account", "users.export_my_data", "users.read_my_profile",
    "users.read_person", "users.update_my_profile",
    "imports.import_trip_file",
    "notifications.list_notifications", "notifications.read_notification", "notifications.read_all_notifications",
    "notifications.read_notification_preferences", "notifications.update_notification_preferences",
    "trips.create_trip", "trips.list_trash", "trips.list_trips",
    "members.accept_invite", "members.list_my_invites", "members.refuse_invite",
    "locations.create_location", "locations.estimate_way", "locations.estimate_ways",
    "locations.list_nearby_locations", "locations.read_location", "locations.read_nearest_city",
    "locations.search_locations", "locations.read_weather", "locations.read_rates", "locations.list_own_locations",
    "locations.update_location", "locations.delete_location", "locations.merge_location",
    "graphql.run_graphql", "ai.read_usage", "conversations.list_conversations", "conversations.create_conversation",
}  # fmt: skip
OPEN_DOORS = {
    "auth.ask_for_reset", "auth.log_in", "auth.refresh_session", "auth.register",
    "auth.reset_password", "auth.verify_email", "members.preview_invite",
    "notifications.ask_to_unsubscribe", "notifications.unsubscribe", "graphql.read_graphiql", "graphql.read_graphiql_asset", "feeds.read_calendar_feed", "health.read_entry", "locations.list_attributions", "health.read_health", "health.read_readiness",
    "docs.read_asyncapi", "docs.read_docs", "docs.read_docs_asset", "docs.read_docs_script", "docs.read_openapi",
}  # fmt: skip


def doors(app: Flask) -> dict[str, Any]:
    """What each view declares, by endpoint."""
    return {name: getattr(view, "door", None) for name, view in app.view_functions.items()}


def test_every_route_declares_its_door_and_has_a_row(app):
    declared = doors(app)
    assert [name for name, needs in declared.items() if needs is None] == []
    in_trips = {name for name, needs in declared.items() if isinstance(needs, Permission)}
    assert in_trips == set(TRIP_DOORS)
    assert {name for name, needs in declared.items() if needs is Access.USER} == USER_DOORS
    assert {name for name, needs in declared.items() if needs is Access.OPEN} == OPEN_DOORS


@pytest.fixture
def world(app, trip, path, organizer, participant, viewer, outsider, plan) -> World:
    """A trip with one of each thing that an address may name; the row's member is expendable."""
    row, target = plan("Tea"), make_person(app, "Expendable")
    join(trip["id"], organizer, target, "viewer")
    invite = organizer.post(f"{path}/invites", json={"link": True})
    request_id, proposal_id = something_proposed(UUID(trip["id"]), organizer)
    talk = participant.post("/ai/conversations", json={"trip_id": trip["id"]})
    ids = {
        "trip_id": trip["id"], "row_id": row["id"], "user_id": target.user_id, "seq": 1,
        "invite_id": invite["id"], "request_id": request_id, "proposal_id": proposal_id,
        "conversation_id": talk["id"], **something_hooked(organizer, path),
    }  # fmt: skip
    people = {
        "anonymous": organizer, "outsider": outsider, "viewer": viewer,
        "participant": participant, "organizer": organizer,
        "revoked": _whose_session_ended(app, trip, organizer),
        "removed": _who_was_removed(app, trip, organizer),
    }  # fmt: skip
    return World(ids, people)


def _whose_session_ended(app: Flask, trip: dict[str, Any], organizer: Person) -> Person:
    person = make_person(app, "Logged out")
    join(trip["id"], organizer, person, "organizer")
    person.post("/auth/logout")
    return person


def _who_was_removed(app: Flask, trip: dict[str, Any], organizer: Person) -> Person:
    person = make_person(app, "Removed")
    join(trip["id"], organizer, person, "organizer")
    organizer.delete(f"/trips/{trip['id']}/members/{person.user_id}", status=204)
    return person


def addresses(app: Flask, endpoint: str, ids: dict[str, Any]) -> list[tuple[str, str]]:
    """Method and path of a door, for each of its methods."""
    found = []
    for rule in app.url_map.iter_rules(endpoint):
        values = {name: ids[name] for name in rule.arguments}
        _, path = rule.build(values, append_unknown=False)
        found += [(method, path) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found


def test_a_door_of_a_trip_opens_to_who_has_the_right(app, world, rolled_back):
    wrong = []
    for endpoint, body in sorted(TRIP_DOORS.items()):
        for caller, expected in _callers(world, doors(app)[endpoint]).items():
            for method, path in addresses(app, endpoint, world.ids):
                with rolled_back.begin_nested() as attempt:
                    status = _call(world, caller, method, path, body)
                    attempt.rollback()
                db.session.expire_all()
                if status not in expected:
                    wrong.append(f"{caller} at {method} {path}: {status}, not in {expected}")
    assert wrong == []


ALLOWED = frozenset({200, 201, 202, 204, 409, 429})


def _callers(world: World, needs: Permission) -> dict[str, Collection[int]]:
    """Every kind of caller, and what the door may answer."""
    by_role = {role.value: ALLOWED if needs in DEFAULTS[role] else {403} for role in Role}
    outside = {"anonymous": {401}, "revoked token": {401}, "outsider": {404}, "removed": {404}}
    return outside | by_role


def _call(world: World, caller: str, method: str, path: str, body: Any) -> int:
    person = world.people[caller.split()[0]]
    headers = {} if caller == "anonymous" else {"Authorization": f"Bearer {person.token}"}
    more = {} if body is None else {"json": body}
    if isinstance(body, tuple):
        more = {"content_type": body[0], "data": body[1]}
    return person.client.open(path, method=method, headers=headers, **more).status_code


@pytest.mark.parametrize("endpoint", sorted(USER_DOORS))
def test_a_door_for_users_is_closed_to_nobody(app, client: FreshClient, endpoint):
    ids = {
        "user_id": uuid4(),
        "session_id": uuid4(),
        "location_id": uuid4(),
        "token": "x",
        "notification_id": uuid4(),
    }
    for method, path in addresses(app, endpoint, ids):
        answer = client.open(path, method=method)
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
