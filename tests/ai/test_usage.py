"""Tokens of language models: reserved, settled, counted, and limited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.ai.conftest import Answered
from tests.ai.providers.fake import FakeModel, Script, fake_model, openai_answer, openai_calls
from tests.cast import Person
from wandr.ai.chat.model_assistant import ModelAssistant
from wandr.ai.choice import EMBEDDED
from wandr.ai.models import AiUsage
from wandr.ai.usage import Call, reserve, settle
from wandr.errors import TooManyRequests
from wandr.extensions import db
from wandr.transaction import atomic


@pytest.fixture
def limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set what may be used in a day, with a language model as the assistant."""

    def set_limits(**more: int) -> None:
        settings = replace(app.config["WANDR"], ai_provider="openai_compatible", **more)
        monkeypatch.setitem(app.config, "WANDR", settings)

    return set_limits


def by(model: FakeModel) -> ModelAssistant:
    return ModelAssistant(model.as_openai(), EMBEDDED)


def used(person: Person, query: str = "") -> dict[str, int]:
    told = person.get(f"/ai/usage{query}")
    return {quota["quota"]: quota["used"] for quota in told["quotas"]}


def rows() -> list[AiUsage]:
    return list(db.session.query(AiUsage).order_by(AiUsage.step))


def test_nothing_is_used_by_the_built_in_one(
    world: Any, trip: Any, answered: Answered, participant: Person
) -> None:
    answered("2 days, temples")
    told = participant.get(f"/ai/usage?trip_id={trip['id']}")
    assert told["provider"] == "embedded"
    assert [quota["used"] for quota in told["quotas"]] == [0, 0]


def test_every_call_is_counted_for_the_person_and_the_trip(
    trip: Any, answered: Answered, participant: Person, organizer: Person
) -> None:
    with fake_model(openai_calls(("check", {})), openai_answer("Yes.")) as model:
        answered("x", kind="ask", by=by(model))
    first, second = rows()
    assert (second.tokens_in, second.tokens_out, second.estimated) == (12, 5, False)
    assert first.estimated and first.tokens_in > 500  # its provider did not say
    assert first.settled_at and second.settled_at
    total = first.tokens_in + first.tokens_out + 17
    assert used(participant) == {"tokens_per_user_and_day": total}
    query = f"?trip_id={trip['id']}"
    assert used(organizer, query) == {
        "tokens_per_user_and_day": 0, "tokens_per_trip_and_day": total,
    }  # fmt: skip


def test_a_call_that_never_began_costs_nothing(answered: Answered, participant: Person) -> None:
    with fake_model(Script(b"{}", status=401)) as model:
        answered("x", kind="ask", by=by(model))
    assert [row.settled_at is not None for row in rows()] == [True]
    assert used(participant) == {"tokens_per_user_and_day": 0}


def test_where_nothing_is_left_nothing_is_asked(
    limits: Any, path: str, participant: Person
) -> None:
    limits(ai_user_tokens=0)
    refused = participant.post(f"{path}/ai/requests", json={"kind": "ask"}, status=429)
    assert (refused["code"], refused["quota"]) == ("quota_exceeded", "tokens_per_user_and_day")
    assert 0 < int(participant.raw.headers["Retry-After"]) <= 86_400
    limits(ai_user_tokens=10, ai_trip_tokens=0)
    refused = participant.post(f"{path}/ai/requests", json={"kind": "ask"}, status=429)
    assert refused["quota"] == "tokens_per_trip_and_day"


def test_a_call_that_would_be_too_much_is_not_made_and_the_planner_answers(
    limits: Any, world: Any, answered: Answered, participant: Person
) -> None:
    limits(ai_user_tokens=100)
    with fake_model() as model:
        request = answered("2 days, temples", by=by(model))
    assert (request["status"], model.asked) == ("succeeded", [])
    text = participant.get(f"/ai/requests/{request['id']}/events")["events"][-1]["data"]["text"]
    assert "did not answer (quota_exceeded)" in text
    assert request["proposal_id"]


def test_of_a_killed_call_the_reservation_is_counted(
    answered: Answered, participant: Person, trip: Any
) -> None:
    request = answered("x", kind="ask")
    call = Call(UUID(request["id"]), UUID(trip["id"]), participant.user_id, 1, 1, "x")
    with atomic():
        usage_id = reserve(call, 4000)
    assert used(participant) == {"tokens_per_user_and_day": 4000}
    with atomic():
        settle(usage_id, 10, 5, estimated=False)
        settle(usage_id, 99, 99, estimated=False)  # too late
    assert used(participant) == {"tokens_per_user_and_day": 15}


def test_what_is_reserved_is_no_longer_there_for_others(
    limits: Any, answered: Answered, participant: Person, trip: Any
) -> None:
    request = answered("x", kind="ask", by=EMBEDDED)
    limits(ai_user_tokens=10_000)
    ids = UUID(request["id"]), UUID(trip["id"]), participant.user_id
    with atomic():
        reserve(Call(*ids, 1, 1, "x"), 6000)
    with pytest.raises(TooManyRequests), atomic():
        reserve(Call(*ids, 1, 2, "x"), 6000)


def test_nobody_sees_what_others_use(trip: Any, outsider: Person) -> None:
    outsider.get(f"/ai/usage?trip_id={trip['id']}", status=404)
    outsider.get("/ai/usage?trip_id=1", status=422)
