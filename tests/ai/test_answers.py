"""What the built-in assistant answers to questions; a hundred more are in `tests/bench/questions.py`."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.ai.conftest import Answered
from tests.cast import Person
from wandr.ai.answers.answer import answer
from wandr.ai.answers.asked import Asked
from wandr.ai.tools import Tools

MONDAY = "2027-04-05"
QUESTIONS: list[tuple[str, list[str]]] = [
    ("Is Nijo Castle open on 2027-04-06?", ["Nijo Castle", "Tuesday, 2027-04-06", "open"]),
    ("is nijo castel open on monday", ["Nijo Castle", MONDAY]),  # a day of the trip
    ("Is the Nijo Aquarium of Nowhere open?", ["no sight"]),
    ("When is Ryōan-ji open on 5 April?", [MONDAY]),
    ("How far is it from Nijo Castle to Kinkaku-ji?", ["km", "min", "estimate"]),
    ("When is sunset on Monday?", ["Kyoto", MONDAY, "18:"]),
    ("Is 2027-05-03 a public holiday?", ["is a public holiday in JP"]),
    ("Is 2027-05-10 a public holiday?", ["is not a public holiday in JP"]),
    ("Are there holidays?", ["none"]),
    ("Which time zone is Kyoto in?", ["Asia/Tokyo"]),
    ("Which time zone?", ["Asia/Tokyo"]),
    ("What is 100 EUR in USD?", ["100.00 EUR", "USD", "ECB"]),
    ("What is 100 EUR in XYZ?", ["no rate"]),
    ("What is there to see?", ["In Kyoto:"]),
    ("Which temples are worth a visit?", ["In Kyoto:", "temple"]),
    ("What can we do when it rains?", ["In Kyoto, indoors:"]),
    ("Where can we go swimming?", ["I know nothing like that"]),
    ("When is our trip?", ["2027-04-01", "2027-04-05", "5 days"]),
    ("Who is coming?", ["3 people", "Pavel Participant"]),
    ("What is planned on Monday?", ["09:00 Walk, 15:00 Tea"]),
    ("What is planned on Friday?", ["Nothing is planned on Friday, 2027-04-02"]),
    ("How much does it cost so far?", ["3,000 JPY", "1 of 2"]),
    ("What has no day yet?", ["Sumo"]),
    ("Where is it warm in January?", ["no climate data", "warmest in Jan"]),
    ("What is the meaning of life?", ["did not understand", "I can tell"]),
    ("", ["did not understand"]),
    ("? " * 500, ["did not understand"]),
]  # fmt: skip


@pytest.fixture
def told(world: Any, path: str, plan: Any, participant: Person) -> Any:
    """The answer to a question about a trip to Kyoto, in which something is planned."""
    plan("Tea", day=MONDAY, start_time="15:00", cost_minor=3000, currency="JPY")
    plan("Walk", day=MONDAY, start_time="09:00")
    plan("Sumo", status="idea")
    tools = Tools(participant.user_id, UUID(path.rsplit("/", 1)[1]))
    snapshot = tools.trip_snapshot()
    return lambda question: answer(lambda: Asked(question, snapshot, tools, date(2027, 3, 1)))


def test_it_tells_what_is_known(told: Any) -> None:
    lacking = {
        question: (said, lacks)
        for question, facts in QUESTIONS
        if (lacks := [fact for fact in facts if fact not in (said := told(question))])
    }
    assert lacking == {}


def test_without_dates_and_places_it_asks_back(
    path: str, organizer: Person, participant: Person
) -> None:
    empty = {"title": "Somewhere", "start_date": None, "end_date": None, "timezone": None}
    organizer.patch(path, json=empty)
    tools = Tools(participant.user_id, UUID(path.rsplit("/", 1)[1]))
    snapshot = tools.trip_snapshot()

    def ask(question: str) -> str:
        return answer(lambda: Asked(question, snapshot, tools, date(2027, 3, 1)))

    assert "no dates yet" in ask("When is our trip?")
    assert "Where?" in ask("When is sunset?")
    assert "Where?" in ask("Is 2027-05-03 a holiday?")


def test_the_kind_ask_says_it(
    world: Any, answered: Answered, participant: Person, path: str
) -> None:
    request = answered("Who is coming?", kind="ask")
    assert (request["status"], request["proposal_id"]) == ("succeeded", None)
    done = participant.get(f"/ai/requests/{request['id']}/events")["events"][-1]
    assert "Pavel Participant" in done["data"]["text"]
