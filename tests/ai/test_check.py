"""GET /trips/{id}/check, the kind `check`, and what the checker says of proposals."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.ai.conftest import Answered, Scripted, create, touch
from tests.cast import Person

DAY = "2027-04-05"  # a Monday within the trip of the fixtures


def codes(checked: dict[str, Any]) -> list[str]:
    return [one["code"] for one in checked["findings"] if one["code"] != "stays_unknown"]


@pytest.fixture
def overlap(plan: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    first = plan("Inari", day=DAY, start_time="10:00", end_time="11:00")
    return first, plan("Nishiki", day=DAY, start_time="10:30", end_time="11:30")


def test_a_fix_can_be_sent_as_it_is(
    path: str, overlap: Any, participant: Person, viewer: Person
) -> None:
    checked = viewer.get(f"{path}/check")
    assert codes(checked) == ["overlap"]
    assert checked["seq"] == viewer.get(path)["seq"]
    (told, *_) = checked["findings"]
    assert set(told["entity_ids"]) == {one["id"] for one in overlap}
    batch = {"mutation_id": str(uuid4()), "ops": told["fixes"][0]}
    outcome = participant.post(f"{path}/changes", json=batch)
    assert [one["status"] for one in outcome["results"]] == ["applied"]
    assert codes(viewer.get(f"{path}/check")) == []


def test_a_plan_is_held_against_terms(path: str, plan: Any, viewer: Person) -> None:
    plan("Dinner", day=DAY, cost_minor=5000, currency="JPY")
    assert codes(viewer.get(f"{path}/check?budget_minor=5000&currency=JPY")) == []
    checked = viewer.get(f"{path}/check?budget_minor=4999&currency=JPY")
    assert codes(checked) == ["over_budget"]
    assert checked["findings"][0]["values"]["total_minor"] == 5000


@pytest.mark.parametrize("query", ["pace=hasty", "budget_minor=-1", "currency=yen", "x=1"])
def test_terms_that_make_no_sense_are_refused(path: str, viewer: Person, query: str) -> None:
    viewer.get(f"{path}/check?{query}", status=422)


def test_what_is_known_of_a_place_counts(
    world: Any, id_of: Any, path: str, plan: Any, viewer: Person
) -> None:
    """The copy that an activity keeps does not say whether it is outdoors."""
    inari = str(id_of("wandr-atlas:kyoto-fushimi-inari-taisha"))
    plan("By night", day=DAY, start_time="21:00", end_time="22:00", location_id=inari)
    assert "after_dark" in codes(viewer.get(f"{path}/check"))


def test_the_assistant_checks_and_proposes_the_fixes(
    path: str, overlap: Any, answered: Answered, participant: Person
) -> None:
    request = answered(kind="check")
    assert request["status"] == "succeeded"
    said = participant.get(f"/ai/requests/{request['id']}/events")["events"][-1]["data"]["text"]
    assert "1 faults" in said and "“Inari” and “Nishiki” are at once for 30 min." in said
    proposal = participant.get(f"/proposals/{request['proposal_id']}")
    (item,) = proposal["items"]
    assert (item["status"], item["findings"]) == ("pending", [])
    participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert codes(participant.get(f"{path}/check")) == []
    assert answered(kind="check")["proposal_id"] is None


def test_a_budget_in_the_question_is_checked(
    path: str, plan: Any, answered: Answered, participant: Person
) -> None:
    plan("Dinner", day=DAY, cost_minor=5000, currency="JPY")
    asked = answered(kind="check", wishes={"budget_minor": 4000, "currency": "JPY"})
    said = participant.get(f"/ai/requests/{asked['id']}/events")["events"][-1]["data"]["text"]
    assert "more than the budget" in said


def test_an_item_says_what_would_be_wrong_with_it(
    plan: Any, proposed: Answered, participant: Person
) -> None:
    plan("Inari", day=DAY, start_time="10:00", end_time="11:00")
    other = plan("Tea", day=DAY, start_time="15:00", end_time="16:00")
    proposal = proposed(
        by=Scripted(
            create("At once", "clash", day=DAY, start_time="10:30", end_time="11:30"),
            create("Fine", "fine", day=DAY, start_time="13:00", end_time="13:30"),
            touch("update", other, "late", start_time="13:15", end_time="13:45"),
        )
    )
    found = {item["key"]: [one["code"] for one in item["findings"]] for item in proposal["items"]}
    assert found == {"clash": ["overlap"], "fine": ["overlap"], "late": ["overlap"]}
    assert {item["status"] for item in proposal["items"]} == {"pending"}


def test_what_was_wrong_before_is_not_blamed_on_a_proposal(
    overlap: Any, proposed: Answered
) -> None:
    proposal = proposed(by=Scripted(create("Fine", day=DAY, start_time="20:00", end_time="21:00")))
    assert proposal["items"][0]["findings"] == []


def test_a_removal_mends(overlap: Any, proposed: Answered, participant: Person, path: str) -> None:
    proposal = proposed(by=Scripted(touch("delete", overlap[1])))
    assert proposal["items"][0]["findings"] == []
    participant.post(f"/proposals/{proposal['id']}/acceptance")
    assert codes(participant.get(f"{path}/check")) == []


def test_what_the_planner_proposes_has_no_fault(plan_proposal: Any) -> None:
    found = [one for item in plan_proposal["items"] for one in item["findings"]]
    assert [one for one in found if one["severity"] == "error"] == []
