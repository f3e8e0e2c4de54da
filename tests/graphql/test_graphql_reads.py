"""What is read by GraphQL is what REST shows: the same objects, under the same rights."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.graphql.conftest import snaked
from tests.graphql.selections import all_of
from tests.group import something_proposed
from wandr.ai.models import ProposalItem
from wandr.extensions import db


@pytest.fixture
def place(participant) -> str:
    known = {"name": "Shrine", "kind": "temple", "latitude": 34.97, "longitude": 135.77}
    hours = {"hours": "Mo-Su 09:00-17:00", "timezone": "Asia/Tokyo", "country_code": "JP"}
    return participant.post("/locations", json=known | hours)["id"]


@pytest.fixture
def full(trip, path, plan, place, organizer, participant):
    """A trip with one of each thing."""
    first = plan(
        "Tea",
        day="2027-04-02",
        start_time="18:00",
        end_time="19:00",
        location_id=place,
        cost_minor=10**12,
    )
    plan("Walk", day="2027-04-02", end_location_id=place, participants=[str(organizer.user_id)])
    gone = plan("Gone")
    participant.delete(f"{path}/activities/{gone['id']}")
    organizer.post(f"{path}/invites", json={"email": "new@example.com"})
    request_id, proposal_id = something_proposed(trip["id"], organizer)
    talk = participant.post("/ai/conversations", json={"trip_id": trip["id"], "title": "Food"})
    return {
        "activity": first["id"],
        "request": str(request_id),
        "proposal": str(proposal_id),
        "talk": talk["id"],
    }


def test_a_trip_and_all_that_hangs_on_it(ask, organizer, trip, path, full):
    parts = {
        "members": ("Member", f"{path}/members"),
        "activities": ("Activity", f"{path}/activities"),
        "invites": ("Invite", f"{path}/invites"),
        "proposals": ("Proposal", f"{path}/proposals"),
        "conversations": ("Conversation", f"/ai/conversations?trip_id={trip['id']}"),
    }
    lists = " ".join(
        f"{name} {{ nodes {'{ ...A }' if kind == 'Activity' else _shown(kind)} }}"
        for name, (kind, _) in parts.items()
    )
    query = f"""query($id: UUID!, $one: UUID!) {{ trip(id: $id) {{
        {_inner("Trip", "days")} {lists} activity(id: $one) {{ ...A }}
        deleted: activities(deleted: true) {{ nodes {{ ...A }} }}
        days {all_of("Days")} check {all_of("Check")} changes(since: 1) {all_of("Changes")} }} }}
        fragment A on Activity {all_of("Activity")}"""
    told = snaked(ask(organizer, query, id=trip["id"], one=full["activity"])["trip"])
    for name, (_, address) in parts.items():
        expected = organizer.get(address)["items"]
        assert told.pop(name)["nodes"] == expected and expected, name
    assert told.pop("activity") == organizer.get(f"{path}/activities/{full['activity']}")
    assert told.pop("deleted")["nodes"] == organizer.get(f"{path}/activities/trash")["items"]
    assert told.pop("days") == organizer.get(f"{path}/days")
    assert told.pop("check") == organizer.get(f"{path}/check")
    changes = organizer.get(f"{path}/changes?since=1")
    assert told.pop("changes") == snaked(changes)
    assert told == organizer.get(path)


def test_what_is_found_by_its_own_id(ask, participant, viewer, full, place, trip):
    query = f"""query($p: UUID!, $r: UUID!, $t: UUID!, $l: UUID!, $u: UUID!, $trip: UUID!) {{
        me {all_of("User")} person(id: $u) {all_of("Person")} location(id: $l) {all_of("Location")}
        proposal(id: $p) {all_of("Proposal")} aiRequest(id: $r) {{ {_inner("AiRequest")} events {all_of("AiEvent")} }}
        conversation(id: $t) {all_of("Conversation")} aiUsage(tripId: $trip) {all_of("Usage")}
        conversations {{ nodes {_shown("Conversation")} }} invites {{ nodes {{ id }} }}
        attributions {all_of("Attribution")} }}"""
    told = snaked(
        ask(
            participant,
            query,
            p=full["proposal"],
            r=full["request"],
            t=full["talk"],
            l=place,
            u=str(viewer.user_id),
            trip=trip["id"],
        )
    )
    get = participant.get
    assert told["me"] == get("/users/me")
    assert told["person"] == get(f"/users/{viewer.user_id}")
    assert told["location"] == get(f"/locations/{place}")
    assert told["proposal"] == get(f"/proposals/{full['proposal']}")
    assert {k: v for k, v in told["ai_request"].items() if k != "events"} == get(
        f"/ai/requests/{full['request']}"
    )
    assert told["ai_request"]["events"] == []
    assert told["conversation"] == get(f"/ai/conversations/{full['talk']}")
    assert told["ai_usage"] == get(f"/ai/usage?trip_id={trip['id']}")
    assert told["conversations"]["nodes"] == get("/ai/conversations")["items"]
    assert told["attributions"] == get("/locations/attributions")["attributions"]


def test_the_documents_behind_texts_are_those_of_rest(
    ask, organizer, participant, trip, path, plan
):
    activity = plan("Tea", notes="Go early")
    query = """query ($trip: UUID!, $id: UUID!, $entity: String!, $field: String!) {
        text(tripId: $trip, entity: $entity, id: $id, field: $field) { state seq } }"""

    def text(entity, row_id, field="notes", **refused):
        named = {"trip": trip["id"], "id": row_id, "entity": entity, "field": field}
        return ask(participant, query, **named, **refused)

    address = f"{path}/activities/{activity['id']}/text/notes"
    assert text("activity", activity["id"])["text"] == participant.get(address)
    assert text("trip", trip["id"])["text"] == participant.get(f"{path}/text/notes")
    text("activity", str(uuid4()), code="not_found")
    for entity, field in (("activity", "title"), ("member", "notes"), ("weather", "notes")):
        text(entity, activity["id"], field, code="invalid")
    organizer.delete(path)
    text("activity", activity["id"], code="not_found")
    text("trip", trip["id"], code="not_found")
    participant.get(address, status=404)


def test_new_dates_are_tried_as_by_rest(ask, viewer, organizer, trip, path, plan):
    plan("Tea", day="2027-04-02")
    query = f"query($t: UUID!, $in: DatesPreviewInput!) {{ datesPreview(tripId: $t, input: $in) {all_of('DatesPreview')} }}"
    dates = {"start_date": "2027-04-03", "end_date": "2027-04-04"}
    for wanted in (
        dates,
        dates | {"mode": "shift"},
        {"start_date": None, "end_date": None},
        {"shift_days": 3},
    ):
        rest = viewer.post(f"{path}/dates/preview", json=wanted)
        given = {
            re.sub("_(.)", lambda found: found[1].upper(), k): one for k, one in wanted.items()
        }
        assert snaked(ask(viewer, query, t=trip["id"], **{"in": given})["datesPreview"]) == rest
    for given in (
        {},
        {"startDate": "2027-04-03"},
        {"startDate": "2027-04-03", "endDate": "2027-04-02"},
    ):
        ask(viewer, query, code="invalid", t=trip["id"], **{"in": given})
    assert organizer.get(path)["seq"] == trip["seq"] + 1


def test_an_item_may_cost_more_than_two_billion(ask, organizer, trip):
    """In minor units, as of rupiah."""
    _, proposal_id = something_proposed(trip["id"], organizer)
    item = ProposalItem(
        proposal_id=proposal_id, key="x", place=0, ops=[], reason="", evidence=[], findings=[],
        depends_on=[], cost_delta_minor=3 * 10**9, status="pending",
    )  # fmt: skip
    db.session.add(item)
    db.session.commit()
    query = "query($p: UUID!) { proposal(id: $p) { items { costDeltaMinor } } }"
    told = ask(organizer, query, p=str(proposal_id))["proposal"]
    assert told == {"items": [{"costDeltaMinor": 3 * 10**9}]}


def test_places_and_history_and_invites(ask, participant, organizer, place, path, trip, full):
    query = f"""query($t: UUID!) {{ searchLocations(q: "shrien", limit: 1) {all_of("Location")}
        nearbyLocations(lat: 34.97, lon: 135.77, limit: 1) {all_of("Neighbour")}
        history(tripId: $t) {all_of("History")} }}"""
    told = snaked(ask(participant, query, t=trip["id"]))
    assert (
        told["search_locations"] == participant.get("/locations/search?q=shrien&limit=1")["items"]
    )
    assert (
        told["nearby_locations"]
        == participant.get("/locations/nearby?lat=34.97&lon=135.77&limit=1")["items"]
    )
    assert told["history"]["groups"] == snaked(participant.get(f"{path}/history")["items"])
    token = organizer.post(f"{path}/invites", json={"link": True})["token"]
    found = ask(
        participant,
        f"query($t: String!) {{ invite(token: $t) {all_of('InvitePreview')} }}",
        t=token,
    )
    assert snaked(found["invite"]) == participant.get(f"/invites/{token}")


def test_a_list_goes_on_from_a_cursor(ask, organizer, trip, plan):
    for number in range(5):
        plan(f"A{number}", day="2027-04-02")
    query = """query($id: UUID!, $after: String) { trip(id: $id) { activities(first: 2, after: $after) {
        nodes { title } edges { cursor node { title } } pageInfo { hasNextPage endCursor } } } }"""
    titles, after, pages = [], None, 0
    while pages < 5:
        page = ask(organizer, query, id=trip["id"], after=after)["trip"]["activities"]
        titles += [one["title"] for one in page["nodes"]]
        assert [one["node"] for one in page["edges"]] == page["nodes"]
        assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]
        after, pages = page["pageInfo"]["endCursor"], pages + 1
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert (titles, pages) == ([f"A{number}" for number in range(5)], 3)


def test_what_is_deleted_has_the_order_and_the_cursors_of_rest(ask, organizer, trip, path, plan):
    made = [plan(f"A{number}", day=f"2027-04-0{number + 1}")["id"] for number in range(3)]
    for one in (made[2], made[0], made[1]):
        organizer.delete(f"{path}/activities/{one}")
    query = """query($id: UUID!, $after: String) { trip(id: $id) { activities(first: 2, deleted: true, after: $after) {
        nodes { id } pageInfo { endCursor } } } }"""
    told = ask(organizer, query, id=trip["id"])["trip"]["activities"]
    assert [one["id"] for one in told["nodes"]] == [made[1], made[0]]
    cursor = organizer.get(f"{path}/activities/trash?limit=2")["next_cursor"]
    assert cursor == told["pageInfo"]["endCursor"]
    told = ask(organizer, query, id=trip["id"], after=cursor)["trip"]["activities"]
    assert [one["id"] for one in told["nodes"]] == [made[2]]


@pytest.mark.parametrize(("limit", "code"), [(0, "invalid"), (50, None), (51, "invalid")])
def test_a_history_has_the_limit_of_rest(ask, organizer, trip, path, limit, code):
    query = "query($t: UUID!, $n: Int!) { history(tripId: $t, limit: $n) { before } }"
    ask(organizer, query, code=code, t=trip["id"], n=limit)
    organizer.get(f"{path}/history?limit={limit}", status=422 if code else 200)


def test_each_trip_has_its_own_page_and_cursors_work_in_rest(ask, organizer):
    for title, size in (("A", 3), ("B", 0), ("C", 1)):
        made = organizer.post("/trips", json={"title": title})
        for number in range(size):
            organizer.post(f"/trips/{made['id']}/activities", json={"title": f"{title}{number}"})
    query = """{ trips(first: 2) { nodes { title activities(first: 2) { nodes { title } pageInfo { hasNextPage } } }
        pageInfo { endCursor } } }"""
    told = ask(organizer, query)["trips"]
    assert [(one["title"], [a["title"] for a in one["activities"]["nodes"]], one["activities"]["pageInfo"]["hasNextPage"]) for one in told["nodes"]] == [
        ("C", ["C0"], False), ("B", [], False),
    ]  # fmt: skip
    rest = organizer.get(f"/trips?cursor={told['pageInfo']['endCursor']}")
    assert [one["title"] for one in rest["items"]] == ["A"]


def test_trips_are_chosen_as_in_rest(ask, organizer, trip):
    other = organizer.post("/trips", json={"title": "Oslo", "status": "completed"})
    query = "query($s: String, $q: String, $f: Date) { trips(status: $s, q: $q, overlapsFrom: $f) { nodes { title } } }"
    assert ask(organizer, query, s="completed")["trips"]["nodes"] == [{"title": "Oslo"}]
    assert ask(organizer, query, q="kyo")["trips"]["nodes"] == [{"title": "Kyoto in spring"}]
    assert ask(organizer, query, f="2027-04-05")["trips"]["nodes"] == [{"title": "Kyoto in spring"}]
    error = ask(organizer, query, code="invalid", s="lost")
    assert error["extensions"]["errors"] == {
        "json": {"status": ["Must be one of: planning, active, completed, cancelled."]}
    }
    organizer.delete(f"/trips/{other['id']}")
    assert ask(organizer, "{ trips(inTrash: true) { nodes { title } } }")["trips"]["nodes"] == [
        {"title": "Oslo"}
    ]


def test_what_hangs_on_a_trip_in_the_trash_is_refused_as_by_rest(ask, organizer, trip, path, plan):
    parts = [
        "days { seq }", "check { seq }", "changes(since: 0) { head }", f'activity(id: "{plan()["id"]}") {{ id }}',
        *(f"{name} {{ nodes {{ version: __typename }} }}" for name in ("members", "activities", "invites", "proposals", "conversations")),
    ]  # fmt: skip
    query = f"mutation($id: UUID!) {{ deleteTrip(id: $id) {{ title {' '.join(parts)} }} }}"
    deleted = organizer.post("/graphql", json={"query": query, "variables": {"id": trip["id"]}})
    organizer.get(f"{path}/members", status=404)
    query = f"{{ trips(first: 3, inTrash: true) {{ nodes {{ title {' '.join(parts)} }} }} me {{ id }} }}"
    listed = organizer.post("/graphql", json={"query": query})
    for told in (deleted, listed):
        assert {one["extensions"]["code"] for one in told["errors"]} == {"not_found"}
        assert len(told["errors"]) == len(parts)
    assert listed["data"]["me"]["id"] == str(organizer.user_id)
    for one in (deleted["data"]["deleteTrip"], listed["data"]["trips"]["nodes"][0]):
        assert one.pop("title") == trip["title"] and set(one.values()) == {None}


def test_an_outsider_cannot_tell_a_trip_from_none(ask, outsider, trip):
    query = "query($id: UUID!) { trip(id: $id) { title } }"
    hidden = ask(outsider, query, code="not_found", id=trip["id"])
    missing = ask(outsider, query, code="not_found", id=str(uuid4()))
    for one in (hidden, missing):
        del one["extensions"]["request_id"]
    assert hidden == missing and hidden["path"] == ["trip"]


def test_one_trip_that_refuses_leaves_the_others(ask, viewer, trip):
    mine = viewer.post("/trips", json={"title": "Mine"})
    viewer.post(f"/trips/{mine['id']}/invites", json={"link": True})
    told = viewer.post(
        "/graphql", json={"query": "{ trips { nodes { title invites { nodes { role } } } } }"}
    )
    (error,) = told["errors"]
    assert error["extensions"]["code"] == "forbidden"
    assert error["path"] == ["trips", "nodes", 1, "invites"]
    mine, other = told["data"]["trips"]["nodes"]
    assert mine["invites"] == {"nodes": [{"role": "participant"}]}
    assert other == {"title": "Kyoto in spring", "invites": None}


def _inner(name: str, *but: str) -> str:
    return all_of(name, but=frozenset(but))[1:-1]


def _shown(name: str) -> str:
    """What REST shows of one in a list."""
    return all_of(name, but=frozenset({"messages"}))
