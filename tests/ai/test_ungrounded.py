"""An assistant that cannot be trusted: what it makes up is shown, and never applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from tests.ai.conftest import Answered, Scripted, create, touch
from tests.cast import Person
from wandr.ai.assistant import Suggestion

Plan = Callable[..., dict[str, Any]]


def refused(proposal: dict[str, Any], person: Person) -> list[str]:
    """The codes of the faults of the first item, after trying to accept it."""
    item = proposal["items"][0]
    assert item["status"] == "ungrounded"
    chosen = {"item_ids": [item["id"]]}
    person.post(f"/proposals/{proposal['id']}/acceptance", json=chosen, status=409)
    again = person.get(f"/proposals/{proposal['id']}")
    assert again["items"][0]["status"] == "ungrounded"
    return [finding["code"] for finding in item["findings"]]


def test_a_place_that_was_looked_up_may_be_proposed(
    world: Any, id_of: Any, path: str, proposed: Answered, participant: Person
) -> None:
    castle = str(id_of("wandr-atlas:kyoto-nijo-castle"))
    scripted = Scripted(create("Castle", location_id=castle), looks_up=["Nijo Castle"])
    proposal = proposed(by=scripted)
    participant.post(f"/proposals/{proposal['id']}/acceptance")
    found = participant.get(f"{path}/activities")["items"]
    assert [one["location"]["name"] for one in found] == ["Nijo Castle"]


def test_a_place_that_exists_but_was_not_looked_up_is_ungrounded(
    world: Any, id_of: Any, proposed: Answered, participant: Person
) -> None:
    castle = str(id_of("wandr-atlas:kyoto-nijo-castle"))
    proposal = proposed(by=Scripted(create("Castle", location_id=castle)))
    assert refused(proposal, participant) == ["unknown_place"]


@pytest.mark.parametrize("field", ["location_id", "end_location_id"])
def test_a_place_that_is_made_up_is_ungrounded(
    proposed: Answered, participant: Person, field: str
) -> None:
    proposal = proposed(by=Scripted(create("Atlantis", **{field: str(uuid4())})))
    assert refused(proposal, participant) == ["unknown_place"]


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ({"op": "update", "entity": "trip", "fields": {"title": "Mine"}}, "not_allowed"),
        ({"op": "delete", "entity": "trip"}, "not_allowed"),
        ({"op": "create", "entity": "member", "fields": {"role": "organizer"}}, "not_allowed"),
        ({"op": "restore", "entity": "activity"}, "not_allowed"),
        ({"op": "create", "entity": "unheard-of", "fields": {}}, "not_allowed"),
        ({"op": "create", "entity": "activity", "fields": {"title": ""}}, "unreadable"),
        ({"op": "create", "entity": "activity", "fields": {"trip_id": "x"}}, "unreadable"),
        ({"op": "drop table", "entity": "activity"}, "unreadable"),
        ({"op": "delete", "entity": "activity"}, "unknown_activity"),
        ("delete everything", "unreadable"),
    ],
)
def test_what_a_proposal_may_not_do_is_refused(
    trip: dict[str, Any], proposed: Answered, participant: Person, op: Any, code: str
) -> None:
    target = {"id": trip["id"] if "trip" in str(op) else str(uuid4())}
    raw = {**target, **op} if isinstance(op, dict) else op
    proposal = proposed(by=Scripted(Suggestion(key="x", ops=[raw], reason="trust me")))
    assert refused(proposal, participant) == [code]


@pytest.mark.parametrize("fields", [{"locked": True}, {"status": "booked"}, {"status": "done"}])
@pytest.mark.parametrize("kind", ["update", "move", "delete"])
def test_what_people_settled_is_left_alone(
    plan: Plan, proposed: Answered, participant: Person, kind: str, fields: dict[str, Any]
) -> None:
    flight = plan("Flight", day="2027-04-01", **fields)
    wanted = {} if kind == "delete" else {"day": "2027-04-02"}
    proposal = proposed(by=Scripted(touch(kind, flight, **wanted)))
    assert refused(proposal, participant) == ["fixed"]


def test_activities_of_other_trips_are_not_touched(
    proposed: Answered, organizer: Person, participant: Person
) -> None:
    other = organizer.post("/trips", json={"title": "Other"})
    theirs = organizer.post(f"/trips/{other['id']}/activities", json={"title": "Theirs"})
    proposal = proposed(by=Scripted(touch("delete", theirs)))
    assert refused(proposal, participant) == ["unknown_activity"]


def test_ids_of_new_activities_are_not_the_assistants_choice(
    plan: Plan, path: str, proposed: Answered, participant: Person
) -> None:
    mine = plan("Mine")
    op = {"op": "create", "entity": "activity", "id": mine["id"], "fields": {"title": "Over it"}}
    proposal = proposed(by=Scripted(Suggestion(key="x", ops=[op], reason="same id")))
    participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert participant.get(f"{path}/activities/{mine['id']}")["title"] == "Mine"
    assert len(participant.get(f"{path}/activities")["items"]) == 2


def test_one_that_breaks_fails_its_request_and_says_nothing_of_it(
    answered: Answered, participant: Person
) -> None:
    class Broken(Scripted):
        def answer(self, task: Any, desk: Any) -> None:
            raise ZeroDivisionError("a secret")

    with capture_logs() as logs:
        request = answered(by=Broken())
    assert (request["status"], request["error_code"]) == ("failed", "internal")
    events = participant.get(f"/ai/requests/{request['id']}/events")["events"]
    assert [event["type"] for event in events] == ["error"]
    assert "secret" not in str(events)
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["ai_attempt_failed"]


def test_what_no_database_can_hold_is_said_without_it(
    answered: Answered, participant: Person
) -> None:
    nul = Suggestion(key="x", ops=[{"op": "create\0"}], reason="\ud800", evidence=[{"\0": "\0"}])

    class Hostile(Scripted):
        def answer(self, task: Any, desk: Any) -> None:
            desk.status(stage="\0")
            desk.say("a\0b\udfff")
            desk.draft.suggestions = [nul]

    request = answered(by=Hostile())
    assert request["status"] == "succeeded"
    item = participant.get(f"/proposals/{request['proposal_id']}")["items"][0]
    assert (item["status"], item["reason"]) == ("ungrounded", "\ufffd")
