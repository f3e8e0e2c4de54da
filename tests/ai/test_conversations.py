"""Conversations: shared in a trip, private without one, answered with what was said before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.ai.conftest import Scripted, create
from tests.cast import Person
from wandr.ai.assistant import Desk, Task
from wandr.ai.attempts import run_attempt
from wandr.ai.choice import EMBEDDED
from wandr.ai.conversations import MOST_QUESTIONS
from wandr.ai.intent import kind_meant
from wandr.ai.models import Conversation
from wandr.extensions import db
from wandr.transaction import atomic
from wandr.users.service import close_account

Say = Callable[..., dict[str, Any]]


def begin(person: Person, trip_id: str | None = None, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = person.post("/ai/conversations", json={"trip_id": trip_id, **more})
    return made


@pytest.fixture
def say() -> Say:
    """Say something and let it be answered; what the conversation is then."""

    def speak(person: Person, conversation: Any, content: str, by: Any = EMBEDDED) -> Any:
        address = f"/ai/conversations/{conversation['id']}"
        asked = person.post(f"{address}/messages", json={"content": content}, status=202)
        run_attempt(UUID(asked["id"]), asked["attempt"], by)
        return person.get(address)

    return speak


def test_without_a_trip_it_is_answered_from_what_is_known(world, say, outsider):
    talk = begin(outsider)
    assert (talk["trip_id"], talk["title"]) == (None, "")
    talk = say(outsider, talk, "Where is it warm in March with good food?")
    asked, answered = talk["messages"]
    assert talk["title"] == "Where is it warm in March with good food?"
    assert (asked["role"], asked["author_id"]) == ("user", str(outsider.user_id))
    assert (answered["role"], answered["author_id"]) == ("assistant", None)
    assert answered["status"] == "succeeded"
    assert "height of the sun" in answered["content"]


def test_a_question_goes_on_where_the_last_one_was(world, say, outsider):
    talk = say(outsider, begin(outsider), "Is Nijo Castle open on 2027-04-06?")
    assert "Tuesday, 2027-04-06" in talk["messages"][-1]["content"]
    talk = say(outsider, talk, "And on 2027-04-07?")
    assert "Nijo Castle is usually open" in talk["messages"][-1]["content"]
    assert "Wednesday, 2027-04-07" in talk["messages"][-1]["content"]
    talk = say(outsider, talk, "what about 2027-04-08?")
    assert "Thursday, 2027-04-08" in talk["messages"][-1]["content"]
    talk = say(outsider, talk, "Which time zone is Kyoto in?")
    assert talk["messages"][-1]["content"] == "Kyoto: Asia/Tokyo.\n"


def test_nothing_is_told_of_a_trip_that_there_is_not(world, say, outsider):
    talk = say(outsider, begin(outsider), "Who is coming?")
    assert "about no trip" in talk["messages"][-1]["content"]
    talk = say(outsider, talk, "Plan three days in Kyoto")
    assert "create one with its dates" in talk["messages"][-1]["content"]
    assert talk["messages"][-1]["proposal_id"] is None


def test_even_a_proposal_for_no_trip_goes_nowhere(say, outsider):
    talk = say(outsider, begin(outsider), "Do your worst", by=Scripted(create()))
    assert talk["messages"][-1]["status"] == "succeeded"
    assert talk["messages"][-1]["proposal_id"] is None


def test_in_a_trip_a_wish_becomes_a_proposal_and_all_members_read_it(
    world, say, participant, viewer, trip
):
    talk = begin(participant, trip["id"], title="Temples")
    talk = say(participant, talk, "Plan two days of temples in Kyoto")
    answered = talk["messages"][-1]
    assert participant.get(f"/proposals/{answered['proposal_id']}")["status"] == "open"
    read = viewer.get(f"/ai/conversations/{talk['id']}")
    assert read == talk
    listed = viewer.get(f"/ai/conversations?trip_id={trip['id']}")["items"]
    assert [(one["id"], one["title"]) for one in listed] == [(talk["id"], "Temples")]


def test_others_cannot_tell_that_it_exists(outsider, participant, organizer, trip):
    shared, alone = begin(participant, trip["id"]), begin(participant)
    for person, talk in ((outsider, shared), (outsider, alone), (organizer, alone)):
        person.get(f"/ai/conversations/{talk['id']}", status=404)
        message = {"content": "Hello?"}
        person.post(f"/ai/conversations/{talk['id']}/messages", json=message, status=404)
    outsider.get(f"/ai/conversations/{uuid4()}", status=404)
    outsider.get(f"/ai/conversations?trip_id={trip['id']}", status=404)
    outsider.post("/ai/conversations", json={"trip_id": trip["id"]}, status=404)


def test_its_request_is_as_private_as_it_is(outsider, participant):
    talk = begin(participant)
    message = {"content": "Where is it warm in March?"}
    asked = participant.post(f"/ai/conversations/{talk['id']}/messages", json=message, status=202)
    assert (asked["trip_id"], asked["conversation_id"]) == (None, talk["id"])
    for address in (f"/ai/requests/{asked['id']}", f"/ai/requests/{asked['id']}/events?wait=0"):
        outsider.get(address, status=404)
        participant.get(address)
    outsider.post(f"/ai/requests/{asked['id']}/cancellation", status=404)
    ended = participant.post(f"/ai/requests/{asked['id']}/cancellation", status=200)
    assert ended["status"] == "cancelled"
    said = participant.get(f"/ai/conversations/{talk['id']}")["messages"]
    assert [(one["role"], one["status"], one["content"]) for one in said] == [
        ("user", "cancelled", "Where is it warm in March?"),
        ("assistant", "cancelled", ""),
    ]


def test_a_viewer_reads_and_is_refused_to_speak(viewer, participant, trip):
    talk = begin(participant, trip["id"])
    viewer.post("/ai/conversations", json={"trip_id": trip["id"]}, status=403)
    viewer.post(f"/ai/conversations/{talk['id']}/messages", json={"content": "Hi"}, status=403)


def test_one_lists_what_one_has_begun(participant, organizer, trip):
    first, second = begin(participant, title="First"), begin(participant, trip["id"])
    begin(organizer, trip["id"])
    page = participant.get("/ai/conversations?limit=1")
    assert [one["id"] for one in page["items"]] == [second["id"]]
    page = participant.get(f"/ai/conversations?limit=1&cursor={page['next_cursor']}")
    assert ([one["id"] for one in page["items"]], page["next_cursor"]) == ([first["id"]], None)


def test_who_leaves_a_trip_leaves_its_conversations(participant, organizer, path, trip):
    talk = begin(participant, trip["id"])
    organizer.delete(f"{path}/members/{participant.user_id}")
    assert participant.get("/ai/conversations")["items"] == []
    participant.get(f"/ai/conversations/{talk['id']}", status=404)


def test_an_unanswered_question_waits_for_its_answer(participant):
    talk = begin(participant)
    address = f"/ai/conversations/{talk['id']}/messages"
    participant.post(address, json={"content": "One"}, status=202)
    said = participant.get(f"/ai/conversations/{talk['id']}")["messages"]
    assert [(one["role"], one["status"]) for one in said] == [("user", "queued")]
    refused = participant.post(address, json={"content": "Two"}, status=429)
    assert (refused["code"], refused["quota"]) == ("quota_exceeded", "requests_per_user_and_trip")


def test_a_conversation_that_is_full_takes_no_more(participant, monkeypatch, say):
    monkeypatch.setattr("wandr.ai.conversations.MOST_QUESTIONS", 1)
    talk = say(participant, begin(participant), "Where is it warm in March?")
    address = f"/ai/conversations/{talk['id']}/messages"
    assert participant.post(address, json={"content": "x"}, status=409)["code"] == (
        "conversation_full"
    )
    assert MOST_QUESTIONS == 100


def test_nonsense_is_refused(participant):
    talk = begin(participant)
    address = f"/ai/conversations/{talk['id']}/messages"
    for body in ({}, {"content": ""}, {"content": "x" * 4001}, {"content": "x", "kind": "ask"}):
        participant.post(address, json=body, status=422)


class Listening:
    """An assistant that keeps what it was told."""

    name = "listening"

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def answer(self, task: Task, desk: Desk) -> None:
        self.heard = [(one.asked, one.answered) for one in task.earlier]
        desk.say(f"Heard {len(self.heard)}.")


def test_an_assistant_is_told_what_was_said_before(participant, say):
    listening, talk = Listening(), begin(participant)
    for question in ("One", "Two", "Three"):
        say(participant, talk, question, by=listening)
    assert listening.heard == [("One", "Heard 0."), ("Two", "Heard 1.")]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Plan three days of temples", "plan_trip"),
        ("Could you please make us a relaxed plan for Monday?", "plan_trip"),
        ("Create an itinerary for Rome", "plan_trip"),
        ("What is planned on Monday?", "ask"),
        ("What's the plan?", "ask"),
        ("Suggest some museums", "suggest"),
        ("any ideas for a rainy day?", "suggest"),
        ("What do you recommend in Paris?", "ask"),
        ("Check our trip", "check"),
        ("Is anything wrong with the plan?", "check"),
        ("It rains on Tuesday", "repair"),
        ("The Louvre is closed on Tuesday.", "repair"),
        ("We arrive three hours late", "repair"),
        ("Is the Louvre closed on Tuesday?", "ask"),
        ("What can we do when it rains?", "ask"),
        ("Where is it warm in March with good food?", "ask"),
        ("", "ask"),
    ],
)
def test_what_a_message_wants(said, kind):
    assert kind_meant(said) == kind


def test_ones_data_holds_them_and_a_closed_account_takes_the_private_ones_along(
    world, say, participant, organizer, trip
):
    shared, alone = begin(participant, trip["id"]), begin(participant)
    for talk in (shared, alone):
        say(participant, talk, "Where is it warm in March?")
    held = participant.get("/users/me/export")["held"]["conversations"]
    assert [(one["trip_id"], len(one["messages"])) for one in held] == [(trip["id"], 2), (None, 2)]
    with atomic():
        close_account(participant.user_id)
    read = organizer.get(f"/ai/conversations/{shared['id']}")
    assert [one["role"] for one in read["messages"]] == ["user", "assistant"]
    assert db.session.get(Conversation, UUID(alone["id"])) is None
