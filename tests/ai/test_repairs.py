"""The kind `repair`, from the question to the repaired trip."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ai.conftest import Answered
from tests.cast import Person

DAY = "2027-04-02"


@pytest.fixture
def garden(world: Any, id_of: Any, plan: Any) -> dict[str, Any]:
    """A walk outdoors, on a Friday morning."""
    found: dict[str, Any] = plan(
        "Fushimi Inari", day=DAY, start_time="10:00", end_time="11:00",
        location_id=str(id_of("wandr-atlas:kyoto-fushimi-inari-taisha")),
    )  # fmt: skip
    return found


@pytest.fixture
def indoors(garden: Any, id_of: Any, plan: Any) -> dict[str, Any]:
    """A visit that rain does nothing to."""
    found: dict[str, Any] = plan(
        "Sanjusangen-do", day=DAY, start_time="13:00", end_time="14:00",
        location_id=str(id_of("wandr-atlas:kyoto-sanjusangen-do")),
    )  # fmt: skip
    return found


def said(person: Person, request: dict[str, Any]) -> str:
    events = person.get(f"/ai/requests/{request['id']}/events?wait=0")["events"]
    text: str = events[-1]["data"]["text"]
    return text


def test_rain_is_repaired_and_undone_as_one(
    garden: Any, indoors: Any, proposed: Answered, participant: Person, path: str
) -> None:
    before = participant.get(f"{path}/activities/{indoors['id']}")
    proposal = proposed("It rains on Friday", kind="repair")
    assert [item["status"] for item in proposal["items"]] == ["pending"] * len(proposal["items"])
    move, *additions = proposal["items"]
    assert [(op["op"], op["id"]) for op in move["ops"]] == [("update", garden["id"])]
    assert {one for item in additions for one in item["depends_on"]} <= {move["id"]}
    participant.post(f"/proposals/{proposal['id']}/acceptance", json={})
    assert participant.get(f"{path}/activities/{garden['id']}")["day"] != DAY
    assert participant.get(f"{path}/activities/{indoors['id']}") == before
    seq = participant.get(path)["seq"]
    participant.post(f"{path}/changes/{seq}/undo", json={})
    assert participant.get(f"{path}/activities/{garden['id']}")["day"] == DAY


def test_what_fits_nowhere_becomes_an_idea_and_is_not_lost(
    garden: Any, proposed: Answered, participant: Person, organizer: Person, path: str
) -> None:
    organizer.patch(path, json={"start_date": DAY, "end_date": DAY})
    proposal = proposed("It rains", kind="repair")
    participant.post(f"/proposals/{proposal['id']}/acceptance", json={})
    walk = participant.get(f"{path}/activities/{garden['id']}")
    assert (walk["day"], walk["status"], walk["start_time"]) == (None, "idea", None)


def test_nothing_moves_into_the_past(
    garden: Any, proposed: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved_to() -> str:
        day: str = proposed("It rains on Friday", kind="repair")["items"][0]["ops"][0]["fields"][
            "day"
        ]
        return day

    assert moved_to() == "2027-04-01"
    during = datetime(2027, 4, 2, 8, tzinfo=UTC)
    monkeypatch.setattr("wandr.ai.repairs.utc_now", lambda: during)
    assert moved_to() == "2027-04-03"


def test_what_is_not_understood_is_asked_and_nothing_proposed(
    garden: Any, answered: Answered, participant: Person
) -> None:
    request = answered("It rains", kind="repair")
    assert request["proposal_id"] is None
    assert "which day" in said(participant, request)


def test_without_a_mishap_the_trip_is_checked(
    garden: Any, answered: Answered, participant: Person
) -> None:
    request = answered("Mend it", kind="repair")
    text = said(participant, request)
    assert "I understood no mishap" in text
    assert "I checked 1 planned activity" in text


def test_a_locked_activity_is_left_and_told(
    garden: Any, answered: Answered, participant: Person, path: str
) -> None:
    participant.patch(f"{path}/activities/{garden['id']}", json={"locked": True})
    request = answered("It rains on Friday", kind="repair")
    assert request["proposal_id"] is None
    assert "settled" in said(participant, request)


def test_the_form_tells_of_a_delay(
    garden: Any, proposed: Answered, participant: Person, path: str
) -> None:
    proposal = proposed("", kind="repair", day=DAY, wishes={"late_minutes": 120})
    (item,) = proposal["items"]
    (op,) = item["ops"]
    assert "day" not in op["fields"]
    assert op["fields"]["start_time"] >= "12:00"
