"""Accepting proposals: one change, once, by those who may edit, around what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.ai.conftest import Answered, Scripted, create, touch
from tests.cast import Person

Plan = Callable[..., dict[str, Any]]


def statuses(proposal: dict[str, Any]) -> list[str]:
    return [item["status"] for item in proposal["items"]]


def titles(person: Person, path: str) -> list[str]:
    return [one["title"] for one in person.get(f"{path}/activities?limit=100")["items"]]


def test_all_of_a_proposal_is_one_change(
    path: str, plan_proposal: dict[str, Any], participant: Person, organizer: Person
) -> None:
    before = organizer.get(path)["seq"]
    accepted = organizer.post(f"/proposals/{plan_proposal['id']}/acceptance")
    assert (accepted["status"], set(statuses(accepted))) == ("accepted", {"accepted"})
    assert {item["applied_seq"] for item in accepted["items"]} == {before + 1}
    change = participant.get(f"{path}/changes?since={before}")["changes"][0]
    assert (change["source"], change["by"]) == ("ai", str(organizer.user_id))
    assert len(change["ops"]) == len(plan_proposal["items"])
    days = participant.get(f"{path}/activities?limit=100")["items"]
    assert [one["start_time"] for one in days if one["day"] == "2027-04-01"] == sorted(
        one["start_time"] for one in days if one["day"] == "2027-04-01"
    )


def test_accepting_again_applies_nothing_again(
    path: str, plan_proposal: dict[str, Any], participant: Person
) -> None:
    address = f"/proposals/{plan_proposal['id']}/acceptance"
    first = participant.post(address)
    head = participant.get(path)["seq"]
    assert participant.post(address) == first
    assert participant.get(path)["seq"] == head


def test_chosen_items_are_accepted_and_the_rest_waits(
    path: str, plan_proposal: dict[str, Any], participant: Person
) -> None:
    chosen = plan_proposal["items"][1]
    address = f"/proposals/{plan_proposal['id']}"
    partly = participant.post(f"{address}/acceptance", json={"item_ids": [chosen["id"]]})
    assert partly["status"] == "partly"
    assert statuses(partly).count("accepted") == 1
    assert titles(participant, path) == [chosen["ops"][0]["fields"]["title"]]
    rest = participant.post(f"{address}/refusal")
    assert (rest["status"], set(statuses(rest))) == ("partly", {"accepted", "refused"})
    participant.post(
        f"{address}/acceptance", json={"item_ids": [plan_proposal["items"][0]["id"]]}, status=409
    )


def test_a_viewer_reads_and_does_not_decide(
    path: str, plan_proposal: dict[str, Any], viewer: Person
) -> None:
    address = f"/proposals/{plan_proposal['id']}"
    assert viewer.get(address) == plan_proposal
    assert viewer.get(f"{path}/proposals")["items"] == [plan_proposal]
    viewer.post(f"{address}/acceptance", status=403)
    viewer.post(f"{address}/refusal", status=403)
    assert titles(viewer, path) == []


def test_an_outsider_cannot_tell_that_it_exists(
    path: str, plan_proposal: dict[str, Any], outsider: Person
) -> None:
    outsider.get(f"{path}/proposals", status=404)
    for proposal_id in (plan_proposal["id"], uuid4()):
        outsider.get(f"/proposals/{proposal_id}", status=404)
        outsider.post(f"/proposals/{proposal_id}/acceptance", status=404)
        outsider.post(f"/proposals/{proposal_id}/refusal", status=404)


def test_permissions_are_those_of_the_moment(
    path: str, plan_proposal: dict[str, Any], organizer: Person, participant: Person
) -> None:
    organizer.patch(f"{path}/members/{participant.user_id}", json={"role": "viewer"})
    participant.post(f"/proposals/{plan_proposal['id']}/acceptance", status=403)
    organizer.delete(f"{path}/members/{participant.user_id}")
    participant.post(f"/proposals/{plan_proposal['id']}/acceptance", status=404)


def test_items_of_another_proposal_are_refused(
    plan_proposal: dict[str, Any], participant: Person
) -> None:
    address = f"/proposals/{plan_proposal['id']}"
    for decision in ("acceptance", "refusal"):
        participant.post(f"{address}/{decision}", json={"item_ids": [str(uuid4())]}, status=422)
        participant.post(f"{address}/{decision}", json={"item_ids": []}, status=422)


def test_what_changed_meanwhile_is_stale_and_stays(
    path: str, plan: Plan, proposed: Answered, organizer: Person, participant: Person
) -> None:
    kept, moved = plan("Kept"), plan("Moved")
    proposal = proposed(
        by=Scripted(
            touch("update", kept, "a", title="Renamed"), touch("update", moved, "b", title="Never")
        )
    )
    organizer.patch(f"{path}/activities/{moved['id']}", json={"title": "Mine"})
    accepted = participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert (accepted["status"], statuses(accepted)) == ("partly", ["accepted", "stale"])
    assert accepted["items"][1]["findings"][-1]["code"] == "changed_since"
    assert sorted(titles(participant, path)) == ["Mine", "Renamed"]


def test_what_was_deleted_meanwhile_is_stale(
    path: str, plan: Plan, proposed: Answered, organizer: Person, participant: Person
) -> None:
    gone = plan("Gone")
    proposal = proposed(by=Scripted(touch("delete", gone)))
    organizer.delete(f"{path}/activities/{gone['id']}")
    accepted = participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert (accepted["status"], statuses(accepted)) == ("stale", ["stale"])


@pytest.mark.parametrize("fields", [{"locked": True}, {"status": "booked"}])
def test_what_was_settled_meanwhile_is_not_moved(
    path: str,
    plan: Plan,
    proposed: Answered,
    organizer: Person,
    participant: Person,
    fields: dict[str, Any],
) -> None:
    flight = plan("Flight", day="2027-04-01")
    proposal = proposed(by=Scripted(touch("move", flight, day="2027-04-02")))
    organizer.patch(f"{path}/activities/{flight['id']}", json=fields)
    accepted = participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert statuses(accepted) == ["stale"]
    assert participant.get(f"{path}/activities/{flight['id']}")["day"] == "2027-04-01"


def test_days_that_the_trip_has_no_longer_are_stale(
    path: str, proposed: Answered, organizer: Person, participant: Person
) -> None:
    proposal = proposed(
        by=Scripted(create(key="early", day="2027-04-01"), create(key="late", day="2027-04-05"))
    )
    organizer.patch(path, json={"end_date": "2027-04-03"})
    accepted = participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert statuses(accepted) == ["accepted", "stale"]


def test_dependencies_come_along_and_go_along(
    path: str, plan: Plan, proposed: Answered, organizer: Person, participant: Person
) -> None:
    base = plan("Base")
    chain = [
        touch("update", base, "a", title="Base camp"),
        create("Ascent", "b", depends_on=["a"]),
        create("Descent", "c", depends_on=["b"]),
        create("Tea", "d"),
    ]
    proposal = proposed(by=Scripted(*chain))
    last = {"item_ids": [proposal["items"][2]["id"]]}
    accepted = participant.post(f"/proposals/{proposal['id']}/acceptance", json=last)
    assert statuses(accepted) == ["accepted", "accepted", "accepted", "pending"]
    assert sorted(titles(participant, path)) == ["Ascent", "Base camp", "Descent"]


def test_without_its_ground_a_chain_is_stale(
    path: str, plan: Plan, proposed: Answered, organizer: Person, participant: Person
) -> None:
    base = plan("Base")
    chain = [
        create("Descent", "c", depends_on=["b"]),
        create("Ascent", "b", depends_on=["a"]),
        touch("update", base, "a", title="Base camp"),
        create("Tea", "d"),
    ]
    proposal = proposed(by=Scripted(*chain))
    organizer.delete(f"{path}/activities/{base['id']}")
    accepted = participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert statuses(accepted) == ["stale", "stale", "stale", "accepted"]
    assert titles(participant, path) == ["Tea"]


def test_what_the_write_path_refuses_does_not_spoil_the_rest(
    path: str, proposed: Answered, participant: Person
) -> None:
    backwards = create("Backwards", "a", day="2027-04-01", start_time="12:00", end_time="10:00")
    proposal = proposed(by=Scripted(backwards, create("Tea", "b")))
    accepted = participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert statuses(accepted) == ["stale", "accepted"]
    assert accepted["items"][0]["findings"][-1]["code"] == "refused"
    assert titles(participant, path) == ["Tea"]


def test_new_activities_stand_where_their_time_is(
    path: str, plan: Plan, proposed: Answered, participant: Person
) -> None:
    plan("Noon", day="2027-04-01", start_time="12:00")
    plan("Some time", day="2027-04-01")
    times = {"Late": "18:00", "Early": "08:00", "Brunch": "10:00", "Snack": "15:00"}
    visits = [create(t, t, day="2027-04-01", start_time=at) for t, at in times.items()]
    proposal = proposed(by=Scripted(*visits))
    participant.post(f"/proposals/{proposal['id']}/acceptance")
    found = titles(participant, path)
    found.remove("Some time")
    assert found == ["Early", "Brunch", "Noon", "Snack", "Late"]
