"""Asking over REST: who may, what comes back, what it says, and how much at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.ai.conftest import Answered
from tests.cast import Person
from wandr.ai.attempts import run_attempt
from wandr.extensions import db
from wandr.locations.loading import LocationRow, load_rows


def test_a_question_is_accepted_and_waits(path: str, participant: Person) -> None:
    made = participant.post(
        f"{path}/ai/requests", json={"kind": "plan_trip", "prompt": "temples"}, status=202
    )
    assert (made["status"], made["last_seq"], made["proposal_id"]) == ("queued", 0, None)
    assert made["prompt"] == "temples"
    assert participant.raw.headers["Location"].endswith(f"/api/v1/ai/requests/{made['id']}")
    assert participant.get(f"/ai/requests/{made['id']}") == made


def test_a_viewer_may_not_ask_but_may_follow(
    path: str, participant: Person, viewer: Person
) -> None:
    viewer.post(f"{path}/ai/requests", json={"kind": "plan_trip"}, status=403)
    made = participant.post(f"{path}/ai/requests", json={"kind": "plan_trip"})
    assert viewer.get(f"/ai/requests/{made['id']}")["status"] == "queued"
    assert viewer.get(f"/ai/requests/{made['id']}/events?wait=0")["events"] == []
    viewer.post(f"/ai/requests/{made['id']}/cancellation", status=403)


def test_an_outsider_cannot_tell_that_anything_was_asked(
    path: str, participant: Person, outsider: Person
) -> None:
    outsider.post(f"{path}/ai/requests", json={"kind": "plan_trip"}, status=404)
    made = participant.post(f"{path}/ai/requests", json={"kind": "plan_trip"})
    for request_id in (made["id"], uuid4()):
        outsider.get(f"/ai/requests/{request_id}", status=404)
        outsider.get(f"/ai/requests/{request_id}/events?wait=0", status=404)
        sse = {"Accept": "text/event-stream"}
        outsider.get(f"/ai/requests/{request_id}/events", headers=sse, status=404)
        outsider.post(f"/ai/requests/{request_id}/cancellation", status=404)


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "write_code"},
        {"prompt": "no kind"},
        {"kind": "plan_day"},
        {"kind": "plan_day", "day": "2027-05-01"},
        {"kind": "plan_trip", "prompt": "x" * 4001},
        {"kind": "plan_trip", "wishes": {"long": "x" * 9000}},
        {"kind": "plan_trip", "base_seq": 1},
    ],
)
def test_questions_that_make_no_sense_are_refused(
    path: str, participant: Person, question: dict[str, Any]
) -> None:
    participant.post(f"{path}/ai/requests", json=question, status=422)


def test_one_question_a_person_and_two_a_trip(
    path: str, organizer: Person, participant: Person, viewer: Person, trip: dict[str, Any]
) -> None:
    question = {"json": {"kind": "plan_trip"}}
    participant.post(f"{path}/ai/requests", **question)
    refused = participant.post(f"{path}/ai/requests", **question, status=429)
    assert refused["quota"] == "requests_per_user_and_trip"
    assert participant.raw.headers["Retry-After"]
    organizer.post(f"{path}/ai/requests", **question)
    organizer.patch(
        f"{path}/members/{viewer.user_id}", json={"permissions": {"use_assistant": True}}
    )
    assert (
        viewer.post(f"{path}/ai/requests", **question, status=429)["quota"] == "requests_per_trip"
    )


def test_the_same_question_with_its_key_is_asked_once(path: str, participant: Person) -> None:
    again = {"json": {"kind": "ask"}, "headers": {"Idempotency-Key": "once"}}
    first = participant.post(f"{path}/ai/requests", **again)
    assert participant.post(f"{path}/ai/requests", **again)["id"] == first["id"]


def test_a_queued_question_is_cancelled_at_once(path: str, participant: Person) -> None:
    made = participant.post(f"{path}/ai/requests", json={"kind": "plan_trip"})
    assert participant.post(f"/ai/requests/{made['id']}/cancellation")["status"] == "cancelled"
    assert participant.post(f"/ai/requests/{made['id']}/cancellation")["status"] == "cancelled"
    told = participant.get(f"/ai/requests/{made['id']}/events")
    assert [event["type"] for event in told["events"]] == ["cancelled"]
    participant.post(f"{path}/ai/requests", json={"kind": "plan_trip"}, status=202)


def test_a_plan_is_told_and_proposed(world: Any, answered: Answered, participant: Person) -> None:
    request = answered("2 days, temples and markets, no museums")
    assert (request["status"], request["provider"]) == ("succeeded", "embedded")
    events = participant.get(f"/ai/requests/{request['id']}/events")["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["data"]["destinations"] == [{"name": "Kyoto", "from": "the trip's title"}]
    assert [event["type"] for event in events[-2:]] == ["proposal", "done"]
    said = "".join(event["data"]["text"] for event in events if event["type"] == "delta")
    assert said == events[-1]["data"]["text"] and "Kyoto" in said


def test_a_plan_keeps_to_real_places_and_to_the_days(
    world: Any, plan_proposal: dict[str, Any]
) -> None:
    fields = [item["ops"][0]["fields"] for item in plan_proposal["items"]]
    assert len(fields) >= 6
    assert {one["day"] for one in fields} == {"2027-04-01", "2027-04-02"}
    assert {one["location_id"] for one in fields} <= {str(row.id) for row in world}
    assert all(item["evidence"] and item["reason"] for item in plan_proposal["items"])
    assert {item["status"] for item in plan_proposal["items"]} == {"pending"}


def test_a_plan_goes_around_what_is_there(world: Any, plan: Any, proposed: Answered) -> None:
    plan("Tea ceremony", day="2027-04-03", start_time="10:00", end_time="14:00")
    found = proposed(kind="plan_day", day="2027-04-03")
    times = [item["ops"][0]["fields"] for item in found["items"]]
    assert times and all(one["day"] == "2027-04-03" for one in times)
    assert all(one["end_time"] <= "10:00" or one["start_time"] >= "14:00" for one in times)


def test_a_city_in_the_prompt_goes_before_the_title(world: Any, answered: Answered) -> None:
    request = answered("a day in Paris", kind="plan_trip")
    assert request["status"] == "succeeded"


def test_ideas_are_for_no_day(world: Any, proposed: Answered) -> None:
    found = proposed("gardens", kind="suggest")
    assert 1 <= len(found["items"]) <= 6
    for item in found["items"]:
        assert item["ops"][0]["fields"]["status"] == "idea"
        assert "day" not in item["ops"][0]["fields"]


def test_without_a_destination_nothing_is_proposed(
    world: Any, path: str, answered: Answered, organizer: Person, participant: Person
) -> None:
    organizer.patch(path, json={"title": "Somewhere", "timezone": None})
    request = answered("three days")
    assert (request["status"], request["proposal_id"]) == ("succeeded", None)
    done = participant.get(f"/ai/requests/{request['id']}/events")["events"][-1]
    assert "Name a city" in done["data"]["text"]


def test_who_lost_the_right_meanwhile_gets_no_answer(
    path: str, organizer: Person, participant: Person, world: Any
) -> None:
    made = participant.post(f"{path}/ai/requests", json={"kind": "plan_trip"})
    organizer.patch(f"{path}/members/{participant.user_id}", json={"role": "viewer"})
    run_attempt(UUID(made["id"]), 1)
    assert organizer.get(f"/ai/requests/{made['id']}")["error_code"] == "forbidden"
    last = participant.get(f"/ai/requests/{made['id']}/events")["events"][-1]
    assert (last["type"], last["data"]["code"]) == ("error", "forbidden")


def test_the_stream_ends_with_the_answer(
    world: Any, answered: Answered, participant: Person
) -> None:
    request = answered("2 days")
    address = f"/ai/requests/{request['id']}/events"
    stream = participant.get(address, headers={"Accept": "text/event-stream"})
    assert participant.raw.mimetype == "text/event-stream"
    blocks = stream.strip().split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == [
        f"id: {n + 1}" for n in range(len(blocks))
    ]
    assert "event: done" in blocks[-1]
    resumed = {"Accept": "text/event-stream", "Last-Event-ID": str(len(blocks) - 1)}
    assert participant.get(address, headers=resumed).strip() == blocks[-1]


def test_wishes_that_do_not_go_together_are_told_apart(
    world: Any, answered: Answered, participant: Person
) -> None:
    wishes = {"named_places": ["Nijo Castle"], "avoid": ["castle"]}
    request = answered("1 day", wishes=wishes)
    events = participant.get(f"/ai/requests/{request['id']}/events")["events"]
    (told,) = [event["data"] for event in events if event["data"].get("stage") == "conflict"]
    assert told["wishes"] == ["no castle", "Nijo Castle"]
    assert "These wishes do not go together: no castle, Nijo Castle." in events[-1]["data"]["text"]


def test_a_journey_through_two_cities_within_a_budget(
    world: Any, answered: Answered, participant: Person
) -> None:
    city = LocationRow(
        source="geonames", source_id="1", name="Testopolis", kind="city", latitude=34.0,
        longitude=133.0, attribution="x", country_code="JP", timezone="Asia/Tokyo",
        population=500_000,
    )  # fmt: skip
    sights = [
        LocationRow(
            source="wandr-atlas", source_id=f"testopolis-{n}", name=f"Great Hall {n}", kind="museum",
            latitude=34.0 + n / 500, longitude=133.0, attribution="x", country_code="JP",
            timezone="Asia/Tokyo", hours="09:00-18:00",
            attributes={"minutes": 60, "prominence": 4, "price_band": 2, "interests": ["art"]},
        )
        for n in range(4)
    ]  # fmt: skip
    load_rows([city, *sights])
    db.session.commit()
    request = answered("4 days in Kyoto and Testopolis", wishes={
        "budget_minor": 20_000, "currency": "EUR", "party": 2,
        "tastes": {"Ada": ["temples"], "Bob": ["art"]},
    })  # fmt: skip
    proposal = participant.get(f"/proposals/{request['proposal_id']}")
    way, *visits = proposal["items"]
    fields = way["ops"][0]["fields"]
    assert (fields["title"], fields["kind"]) == ("Kyoto → Testopolis", "transport")
    assert fields["timezone"] == fields["end_timezone"] == "Asia/Tokyo"
    assert sum(item["cost_delta_minor"] or 0 for item in visits) <= 20_000
    titles = {item["ops"][0]["fields"]["title"]: item["ops"][0]["fields"]["day"] for item in visits}
    there = [day for title, day in titles.items() if title.startswith("Great Hall")]
    assert there
    assert all(day >= fields["day"] for day in there)
    errors = [f for item in proposal["items"] for f in item["findings"] if f["severity"] == "error"]
    assert errors == []
    said = participant.get(f"/ai/requests/{request['id']}/events?wait=0")["events"][-1]["data"]
    assert "Where you sleep: Kyoto" in said["text"]
    assert "EUR of 200 for 2 people" in said["text"]
    assert "to each alone: Ada" in said["text"]
