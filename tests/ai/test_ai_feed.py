"""What the tailer reads: every event once, in order, from the trips it follows and no others."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text, update

from tests.ai.conftest import Answered, Scripted
from tests.cast import Person
from wandr.ai import leases
from wandr.ai.feed import BATCH, events_since, running_requests
from wandr.ai.leases import Event, Lease
from wandr.ai.models import AiRequest
from wandr.extensions import db
from wandr.transaction import atomic


def ask(person: Person, path: str) -> tuple[UUID, Lease]:
    made = person.post(f"{path}/ai/requests", json={"kind": "ask"})
    with atomic():
        lease = leases.claim(UUID(made["id"]), 1, "test")
    assert lease is not None
    return lease.request_id, lease


def say(lease: Lease, *words: str) -> None:
    with atomic():
        leases.renew(lease, [Event("delta", {"text": word}) for word in words])


def test_events_are_told_once_and_in_order(path: str, participant: Person) -> None:
    trip_id, after = UUID(path.rsplit("/", 1)[1]), dict[UUID, int]()
    request_id, lease = ask(participant, path)
    heard = []
    for words in (["a", "b"], [], ["c"]):
        say(lease, *words)
        for event in events_since([trip_id], after):
            heard.append((event.seq, event.data["text"]))
            after[event.request_id] = event.seq
    assert heard == [(1, "a"), (2, "b"), (3, "c")]
    assert events_since([trip_id], after) == []
    assert events_since([uuid4()], {}) == []
    assert after == {request_id: 3}


def test_more_than_a_batch_comes_in_several(path: str, participant: Person) -> None:
    trip_id, after = UUID(path.rsplit("/", 1)[1]), dict[UUID, int]()
    request_id, lease = ask(participant, path)
    say(lease, *["x"] * (BATCH + 3))
    for expected in (BATCH, 3, 0):
        found = events_since([trip_id], after)
        assert len(found) == expected
        after |= {event.request_id: event.seq for event in found}


def test_what_ended_long_ago_is_told_only_to_those_who_heard_its_beginning(
    path: str, answered: Answered
) -> None:
    trip_id = UUID(path.rsplit("/", 1)[1])
    request_id = UUID(answered(by=Scripted())["id"])
    assert [event.is_last for event in events_since([trip_id], {})] == [False, True]
    ended = update(AiRequest).values(finished_at=leases.NOW - text("interval '61 seconds'"))
    with atomic():
        db.session.execute(ended)
    assert events_since([trip_id], {}) == []
    assert [event.type for event in events_since([trip_id], {request_id: 1})] == ["done"]


def test_joining_one_learns_what_runs(
    path: str, participant: Person, answered: Answered, organizer: Person
) -> None:
    trip_id = UUID(path.rsplit("/", 1)[1])
    answered(by=Scripted())
    request_id, lease = ask(organizer, path)
    say(lease, "a")
    expected: list[dict[str, Any]] = [
        {"request_id": str(request_id), "last_seq": 1, "status": "running"}
    ]
    assert running_requests(trip_id) == expected
    assert running_requests(uuid4()) == []
