"""A language model as the assistant: it talks, looks things up, proposes, fails, and lies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ai.conftest import Answered
from tests.ai.providers.fake import (
    FakeModel,
    Script,
    anthropic_answer,
    anthropic_calls,
    called,
    chunk,
    fake_model,
    openai_answer,
    openai_calls,
    sse,
)
from tests.cast import Person
from wandr.ai.chat.model_assistant import ModelAssistant
from wandr.ai.choice import EMBEDDED, assistant_for
from wandr.ai.providers import patience
from wandr.config import Settings
from wandr.extensions import redis

DAY = "2027-04-03"


@pytest.fixture(autouse=True)
def fresh_breaker(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.01)
    with app.app_context():
        if keys := redis.client.keys("wandr:ai:breaker:*"):
            redis.client.delete(*keys)


def by(model: FakeModel) -> ModelAssistant:
    return ModelAssistant(model.as_openai(), EMBEDDED)


def told(person: Person, request: dict[str, Any]) -> list[dict[str, Any]]:
    return person.get(f"/ai/requests/{request['id']}/events")["events"]


def text_of(person: Person, request: dict[str, Any]) -> str:
    return told(person, request)[-1]["data"]["text"]


def create(**fields: Any) -> dict[str, Any]:
    return {"op": "create", "entity": "activity", "fields": {"title": "A walk", **fields}}


def test_a_question_is_answered_in_the_models_words(
    answered: Answered, participant: Person
) -> None:
    with fake_model(openai_answer("Late March ", "is best.")) as model:
        request = answered("When do the cherries bloom?", kind="ask", by=by(model))
    assert (request["status"], request["provider"]) == ("succeeded", "openai_compatible")
    assert text_of(participant, request) == "Late March is best."
    (body,) = model.asked
    data = json.loads(body["messages"][1]["content"])
    assert data["asked"]["prompt"] == "When do the cherries bloom?"
    assert data["trip"]["title"] == "Kyoto in spring"


def test_what_it_looks_up_it_may_propose(
    world: Any, path: str, answered: Answered, participant: Person
) -> None:
    with fake_model() as model:
        castle: dict[str, Any] = {}

        def second(body: dict[str, Any]) -> Script:
            (found,) = json.loads(body["messages"][-1]["content"])["locations"][:1]
            castle.update(found)
            op = create(title="Castle", location_id=found["id"], day=DAY)
            item = {"key": "castle", "ops": [op], "reason": "You like castles."}
            return openai_calls(("propose", {"items": [item]}))

        model.scripts = [
            openai_calls(("find_locations", {"text": "Nijo Castle"})),
            second,
            openai_answer("Have a look."),
        ]
        request = answered("a castle", by=by(model))
    proposal = participant.get(f"/proposals/{request['proposal_id']}")
    (item,) = proposal["items"]
    assert (item["key"], item["status"], item["reason"]) == (
        "castle",
        "pending",
        "You like castles.",
    )
    participant.post(f"/proposals/{proposal['id']}/acceptance")
    (row,) = participant.get(f"{path}/activities")["items"]
    assert row["location"]["name"] == castle["name"] == "Nijo Castle"


def test_the_planner_is_a_tool_and_its_items_keep_their_evidence(
    world: Any, answered: Answered, participant: Person
) -> None:
    with fake_model() as model:

        def second(body: dict[str, Any]) -> Script:
            items = json.loads(body["messages"][-1]["content"])["items"]
            assert len(items) > 2
            return openai_calls(("propose", {"planned": [items[0]["key"], "unknown"]}))

        model.scripts = [
            openai_calls(("plan", {"prompt": "2 days, temples"})),
            second,
            openai_answer("One temple."),
        ]
        request = answered("temples", by=by(model))
    (item,) = participant.get(f"/proposals/{request['proposal_id']}")["items"]
    assert item["status"] == "pending" and item["evidence"]


def test_the_other_wire_tells_the_same_story(
    world: Any, answered: Answered, participant: Person
) -> None:
    scripts = [
        anthropic_calls(("find_locations", {"text": "Nijo Castle"}), ("check", {})),
        anthropic_answer("It is there."),
    ]
    with fake_model(*scripts) as model:
        assistant = ModelAssistant(model.as_anthropic(), EMBEDDED)
        request = answered("a castle", by=assistant)
    assert text_of(participant, request) == "It is there."
    results = model.asked[1]["messages"][-1]["content"]
    assert [one["type"] for one in results] == ["tool_result", "tool_result"]
    assert "Nijo Castle" in results[0]["content"]


TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    "an unknown tool": ("rm", {"path": "/"}),
    "no arguments": ("find_locations", {}),
    "a number for a text": ("find_locations", {"text": 5}),
    "an endless text": ("find_locations", {"text": "x" * 300}),
    "a place of its own": ("hours", {"location_id": "made-up", "date": DAY}),
    "no date": ("calendar", {"country_code": "JP", "date": "tomorrow"}),
    "items that are none": ("propose", {"items": "all"}),
    "an item that is none": ("propose", {"items": ["all"]}),
    "ops that are none": ("propose", {"items": [{"ops": [1]}]}),
    "far too much": ("propose", {"items": [{"ops": [create()] * 41, "reason": ""}]}),
    "another kind": ("plan", {"kind": "ask"}),
}


@pytest.mark.parametrize("call", TOOLS.values(), ids=TOOLS.keys())
def test_a_misused_tool_says_so_and_it_goes_on(
    world: Any, answered: Answered, participant: Person, call: tuple[str, dict[str, Any]]
) -> None:
    with fake_model(openai_calls(call), openai_answer("Sorry.")) as model:
        request = answered("x", by=by(model))
    assert "error" in json.loads(model.asked[1]["messages"][-1]["content"])
    assert (request["status"], request["proposal_id"]) == ("succeeded", None)
    assert text_of(participant, request) == "Sorry."


def test_every_tool_answers(world: Any, answered: Answered) -> None:
    with fake_model() as model:

        def second(body: dict[str, Any]) -> Script:
            found = [
                json.loads(one["content"]) for one in body["messages"] if one["role"] == "tool"
            ]
            ids = [one["locations"][0]["id"] for one in found]
            return openai_calls(
                ("hours", {"location_id": ids[0], "date": DAY}),
                ("travel_time", {"from_id": ids[0], "to_id": ids[1]}),
                ("sights_near", {"location_id": ids[0]}),
                ("calendar", {"country_code": "JP", "date": "2027-05-03"}),
                ("trip_snapshot", {}),
                ("check", {}),
                ("plan", {"kind": "suggest", "prompt": "gardens"}),
            )

        model.scripts = [
            openai_calls(*(("find_locations", {"text": one}) for one in ("Nijo Castle", "Gion"))),
            second,
            openai_answer("Well."),
        ]
        answered("x", by=by(model))
    found = [
        json.loads(one["content"]) for one in model.asked[2]["messages"] if one["role"] == "tool"
    ]
    assert not any("error" in one for one in found)
    assert found[5] == {
        "weekday": "Monday",
        "public_holiday": True,
        "names": ["Constitution Day"],
    }


def test_it_stops_after_some_steps(answered: Answered, participant: Person) -> None:
    with fake_model(*[openai_calls(("check", {})) for _ in range(6)]) as model:
        request = answered("x", by=by(model))
    assert "too many steps" in text_of(participant, request)
    assert len(model.asked) == 6


FAILURES: dict[str, list[Script]] = {
    "provider_unauthorized": [Script(b"{}", status=401)],
    "provider_overloaded": [Script(b"{}", status=529) for _ in range(3)],
    "provider_truncated": [Script(*sse(chunk("In the mi")))],
    "provider_nonsense": [Script(b"data: <html>\n\n")],
    "provider_rejected": [Script(b"{}", status=404)],
}


@pytest.mark.parametrize(("code", "scripts"), FAILURES.items(), ids=FAILURES.keys())
def test_when_it_fails_the_planner_answers_and_says_so(
    world: Any, answered: Answered, participant: Person, code: str, scripts: list[Script]
) -> None:
    with fake_model(*scripts) as model:
        request = answered("2 days, temples", by=by(model))
    assert (request["status"], request["error_code"]) == ("succeeded", None)
    events = told(participant, request)
    assert {"stage": "fallback", "provider": "embedded", "reason": code} in [
        event["data"] for event in events if event["type"] == "status"
    ]
    assert f"did not answer ({code})" in events[-1]["data"]["text"]
    assert len(participant.get(f"/proposals/{request['proposal_id']}")["items"]) >= 6


def test_what_it_proposed_before_it_failed_is_forgotten(
    answered: Answered, participant: Person, world: Any
) -> None:
    item = {"key": "half", "ops": [create()], "reason": "half"}
    scripts = [openai_calls(("propose", {"items": [item]})), Script(b"{}", status=401)]
    with fake_model(*scripts) as model:
        request = answered("2 days, temples", by=by(model))
    items = participant.get(f"/proposals/{request['proposal_id']}")["items"]
    assert "half" not in {item["key"] for item in items}


def test_an_answer_that_was_cut_off_says_so(answered: Answered, participant: Person) -> None:
    with fake_model(Script(*sse(chunk("Once upon"), chunk(end="length")))) as model:
        request = answered("tell me all", kind="ask", by=by(model))
    assert (
        text_of(participant, request) == "Once upon\n(The answer was cut off: it grew too long.)\n"
    )


def test_addresses_in_its_words_are_left_out(answered: Answered, participant: Person) -> None:
    parts = ("See ![x](ht", "tps://evil.example/?q=secr", "et) and www.evil.example now.")
    with fake_model(openai_answer(*parts)) as model:
        request = answered("x", kind="ask", by=by(model))
    said = text_of(participant, request)
    assert "evil" not in said and "secret" not in said
    assert said.startswith("See ") and said.endswith(" now.")
    deltas = [
        event["data"]["text"] for event in told(participant, request) if event["type"] == "delta"
    ]
    assert "".join(deltas) == said


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "embedded"),
        ({"AI_PROVIDER": "openai_compatible", "AI_MODEL": "m"}, "openai_compatible"),
        ({"AI_PROVIDER": "anthropic", "AI_MODEL": "m", "AI_API_KEY": "k"}, "anthropic"),
    ],
)
def test_the_operator_chooses(more: dict[str, str], name: str) -> None:
    environ = {
        "SECRET_KEY": "x" * 40,
        "WANDR_ENV": "test",
        "DATABASE_URL": "postgresql://h/d",
        "REDIS_URL": "redis://h",
    }
    assert assistant_for(Settings.from_environment(environ | more)).name == name


def unreadable(arguments: str = '{"text": ') -> Script:
    """A call of a tool whose arguments break off."""
    told = chunk(tool_calls=[called(0, arguments, "call-0", "find_locations")])
    return Script(*sse(told, chunk(end="tool_calls"), "[DONE]"))


def test_a_call_that_cannot_be_read_may_be_made_again(
    world: Any, answered: Answered, participant: Person
) -> None:
    again = openai_calls(("find_locations", {"text": "Nijo Castle"}))
    with fake_model(unreadable(), again, openai_answer("Found.")) as model:
        request = answered("castles?", kind="ask", by=by(model))
    assert text_of(participant, request) == "Found."
    told_to_model = json.loads(model.asked[1]["messages"][-1]["content"])
    assert "Call it again with one JSON object" in told_to_model["error"]
    assert json.loads(model.asked[2]["messages"][-1]["content"])["locations"]


def test_a_comma_too_many_is_no_matter(world: Any, answered: Answered, participant: Person) -> None:
    with fake_model(unreadable('{"text": "Nijo Castle",}'), openai_answer("Found.")) as model:
        answered("castles?", kind="ask", by=by(model))
    assert json.loads(model.asked[1]["messages"][-1]["content"])["locations"]


def test_a_model_that_never_writes_json_gives_way_to_the_built_in_one(
    world: Any, answered: Answered, participant: Person
) -> None:
    with fake_model(*[unreadable() for _ in range(6)]) as model:
        request = answered("Who is coming?", kind="ask", by=by(model))
    assert len(model.asked) == 3
    assert request["status"] == "succeeded"
    said = text_of(participant, request)
    assert "the built-in planner does" in said
    assert "3 people" in said
