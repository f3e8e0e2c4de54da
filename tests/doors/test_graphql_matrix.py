"""Every field of GraphQL that opens something, every kind of caller: what is declared happens."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.cast import make_person
from tests.group import join, something_hooked, something_proposed
from wandr.graphql.schema import schema
from wandr.permissions import DEFAULTS, Permission, Role

OPS = f'[{{op: "create", entity: "activity", id: "{uuid4()}", fields: {{title: "x"}}}}]'
# What needs a right in a trip: the right, and what to ask. `$` stands before what the world names.
IN_TRIPS: dict[str, tuple[Permission, str]] = {
    "Query.trip": (Permission.VIEW, "{ trip(id: $trip) { id } }"),
    "Query.history": (Permission.VIEW, "{ history(tripId: $trip) { before } }"),
    "Query.text": (Permission.VIEW, "{ text(tripId: $trip, entity: \"activity\", id: $activity, field: \"notes\") { seq } }"),
    "Query.datesPreview": (Permission.VIEW, "{ datesPreview(tripId: $trip, input: {shiftDays: 1}) { startDate } }"),
    "Query.proposal": (Permission.VIEW, "{ proposal(id: $proposal) { id } }"),
    "Query.aiRequest": (Permission.VIEW, "{ aiRequest(id: $request) { id } }"),
    "AiRequest.events": (Permission.VIEW, "{ aiRequest(id: $request) { events(after: 0, limit: 1) { seq } } }"),
    "Query.conversation": (Permission.VIEW, "{ conversation(id: $talk) { id messages { role } } }"),
    "Query.aiUsage": (Permission.VIEW, "{ aiUsage(tripId: $trip) { provider } }"),
    "Trip.members": (Permission.VIEW, "{ trip(id: $trip) { members(first: 1) { nodes { role } } } }"),
    "Trip.activities": (Permission.VIEW, "{ trip(id: $trip) { activities(first: 1) { nodes { id } } } }"),
    "Trip.activity": (Permission.VIEW, "{ trip(id: $trip) { activity(id: $activity) { id } } }"),
    "Trip.invites": (Permission.INVITE, "{ trip(id: $trip) { invites(first: 1) { nodes { id } } } }"),
    "Trip.proposals": (Permission.VIEW, "{ trip(id: $trip) { proposals(first: 1) { nodes { id } } } }"),
    "Trip.conversations": (Permission.VIEW, "{ trip(id: $trip) { conversations(first: 1) { nodes { id } } } }"),
    "Trip.days": (Permission.VIEW, "{ trip(id: $trip) { days { seq } } }"),
    "Trip.check": (Permission.VIEW, "{ trip(id: $trip) { check(pace: \"normal\") { seq } } }"),
    "Trip.changes": (Permission.VIEW, "{ trip(id: $trip) { changes(since: 0) { head } } }"),
    "Mutation.updateTrip": (Permission.EDIT_TRIP, "mutation { updateTrip(id: $trip, input: {title: \"New\"}) { id } }"),
    "Mutation.deleteTrip": (Permission.DELETE_TRIP, "mutation { deleteTrip(id: $trip) { id } }"),
    "Mutation.restoreTrip": (Permission.DELETE_TRIP, "mutation { restoreTrip(id: $trip) { id } }"),
    "Mutation.copyTrip": (Permission.VIEW, "mutation { copyTrip(id: $trip) { title } }"),
    "Mutation.applyChanges": (Permission.VIEW, f"mutation {{ applyChanges(tripId: $trip, mutationId: \"{uuid4()}\", ops: {OPS}) {{ head }} }}"),
    "Mutation.undoChange": (Permission.VIEW, "mutation { undoChange(tripId: $trip, seq: 1) { head } }"),
    "Mutation.createInvite": (Permission.INVITE, "mutation { createInvite(tripId: $trip, input: {link: true, role: \"viewer\"}) { token } }"),
    "Mutation.deleteInvite": (Permission.INVITE, "mutation { deleteInvite(tripId: $trip, id: $invite) }"),
    "Mutation.updateMember": (Permission.MANAGE_MEMBERS, "mutation { updateMember(tripId: $trip, userId: $user, input: {role: \"viewer\"}) { role } }"),
    "Mutation.removeMember": (Permission.MANAGE_MEMBERS, "mutation { removeMember(tripId: $trip, userId: $user) }"),
    "Mutation.createAiRequest": (Permission.USE_ASSISTANT, "mutation { createAiRequest(tripId: $trip, input: {kind: \"ask\"}) { id } }"),
    "Mutation.cancelAiRequest": (Permission.USE_ASSISTANT, "mutation { cancelAiRequest(id: $request) { id } }"),
    "Mutation.acceptProposal": (Permission.EDIT_ITINERARY, "mutation { acceptProposal(id: $proposal) { id } }"),
    "Mutation.refuseProposal": (Permission.EDIT_ITINERARY, "mutation { refuseProposal(id: $proposal) { id } }"),
    "Query.webhooks": (Permission.EDIT_TRIP, "{ webhooks(tripId: $trip) { nodes { id } } }"),
    "Query.webhookDeliveries": (Permission.EDIT_TRIP, "{ webhookDeliveries(tripId: $trip, id: $webhook_id) { nodes { id } } }"),
    "Mutation.createWebhook": (Permission.EDIT_TRIP, "mutation { createWebhook(tripId: $trip, url: \"https://example.com\") { secret } }"),
    "Mutation.updateWebhook": (Permission.EDIT_TRIP, "mutation { updateWebhook(tripId: $trip, id: $webhook_id, input: {paused: true}) { id } }"),
    "Mutation.deleteWebhook": (Permission.EDIT_TRIP, "mutation { deleteWebhook(tripId: $trip, id: $webhook_id) }"),
    "Mutation.pingWebhook": (Permission.EDIT_TRIP, "mutation { pingWebhook(tripId: $trip, id: $webhook_id) { id } }"),
    "Mutation.replayWebhookDelivery": (Permission.EDIT_TRIP, "mutation { replayWebhookDelivery(tripId: $trip, id: $webhook_id, deliveryId: $delivery_id) { id } }"),
    "Mutation.openCalendarFeed": (Permission.VIEW, "mutation { openCalendarFeed(tripId: $trip) { url } }"),
    "Mutation.closeCalendarFeed": (Permission.VIEW, "mutation { closeCalendarFeed(tripId: $trip) }"),
    "Mutation.sendMessage": (Permission.USE_ASSISTANT, "mutation { sendMessage(conversationId: $talk, content: \"Hi\") { id } }"),
}  # fmt: skip
# About oneself, or about no trip in particular: open to whoever is logged in.
FOR_USERS = {
    "Query.me", "Query.person", "Query.trips", "Query.invites", "Query.invite", "Query.searchLocations",
    "Query.nearbyLocations", "Query.nearestCity", "Query.location", "Query.attributions", "Query.ownLocations", "Query.route", "Query.matrix", "Query.weather", "Query.rates", "Query.conversations",
    "Query.notifications", "Query.notificationPreferences", "Mutation.readNotification", "Mutation.readNotifications",
    "Mutation.updateNotificationPreferences",
    "Mutation.updateMe", "Mutation.createTrip", "Mutation.acceptInvite", "Mutation.refuseInvite",
    "Mutation.createLocation", "Mutation.updateLocation", "Mutation.deleteLocation", "Mutation.mergeLocation", "Mutation.createConversation",
}  # fmt: skip
FINE = frozenset({None, "not_open", "quota_exceeded", "last_organizer"})


def opening_fields() -> set[str]:
    """Root fields, and all others that take arguments or are computed: they reach further."""
    types = schema()._schema.type_map
    roots = {f"{name}.{field}" for name in ("Query", "Mutation") for field in types[name].fields}
    further = {
        f"{name}.{field}"
        for name, made in types.items()
        if hasattr(made, "fields") and not name.startswith("__") and not name.endswith("Input")
        for field, said in made.fields.items()
        if getattr(said, "args", None)
    }
    return roots | further | {"Trip.days"}


def test_every_field_that_opens_something_has_a_row():
    assert opening_fields() == set(IN_TRIPS) | FOR_USERS


@pytest.fixture
def world(
    app: Flask, trip, path, organizer, participant, viewer, outsider, plan
) -> tuple[dict, dict]:
    """What the questions name, and who asks."""
    target, gone = make_person(app, "Expendable"), make_person(app, "Removed")
    join(trip["id"], organizer, target, "viewer")
    join(trip["id"], organizer, gone, "organizer")
    organizer.delete(f"{path}/members/{gone.user_id}", status=204)
    request_id, proposal_id = something_proposed(UUID(trip["id"]), organizer)
    ids = {
        "trip": trip["id"], "activity": plan("Tea")["id"], "user": target.user_id, "request": request_id, "proposal": proposal_id,
        "invite": organizer.post(f"{path}/invites", json={"link": True})["id"],
        **something_hooked(organizer, path),
        "talk": participant.post("/ai/conversations", json={"trip_id": trip["id"]})["id"],
    }  # fmt: skip
    people = {
        "outsider": outsider,
        "removed": gone,
        "viewer": viewer,
        "participant": participant,
        "organizer": organizer,
    }
    return ids, people


@pytest.mark.parametrize("field", sorted(IN_TRIPS))
def test_a_field_opens_to_who_has_the_right(world, rolled_back, field):
    needs, query = IN_TRIPS[field]
    ids, people = world
    for name, value in ids.items():
        query = query.replace(f"${name}", json.dumps(str(value)))
    for caller, person in people.items():
        with rolled_back.begin_nested() as attempt:
            told = person.post("/graphql", json={"query": query}, status=200)
            attempt.rollback()
        code = _code(told)
        if caller in ("outsider", "removed"):
            assert code == "not_found", (caller, told)
        elif needs in DEFAULTS[Role(caller)]:
            assert code in FINE, (caller, told)
        else:
            assert code == "forbidden", (caller, told)


def test_nobody_opens_anything_without_logging_in(client):
    for query in (
        "{ me { id } }",
        "{ attributions { source } }",
        'mutation { createTrip(input: {title: "x"}) { id } }',
    ):
        assert client.post("/graphql", json={"query": query}).status_code == 401


def test_a_session_that_ended_opens_nothing(participant):
    participant.post("/auth/logout")
    participant.post("/graphql", json={"query": "{ me { id } }"}, status=401)


def _code(told: Any) -> str | None:
    errors = told.get("errors")
    return errors[0]["extensions"]["code"] if errors else None
