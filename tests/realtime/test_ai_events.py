"""What the assistant says reaches the trip's sockets, in order and once."""

from __future__ import annotations

import pytest

from wandr.ai import leases
from wandr.ai.leases import Event, Lease
from wandr.ai.requests import Question, ask
from wandr.transaction import atomic
from wandr.trips.members import remove_member


@pytest.fixture
def lease(group) -> Lease:
    return answering(group)


def answering(group) -> Lease:
    """A request that is being answered."""
    with atomic():
        request = ask(group.participant.user_id, group.trip_id, Question("ask", "Where?", None, {}))
    with atomic():
        lease = leases.claim(request.id, 1, "test")
    assert lease is not None
    return lease


def say(lease: Lease, *words: str) -> None:
    with atomic():
        leases.renew(lease, [Event("delta", {"text": word}) for word in words])


def end(lease: Lease) -> None:
    with atomic():
        leases.finish(lease, "succeeded", [Event("done", {})])


def test_it_is_told_in_order_and_once(group, everywhere, lease) -> None:
    devices = everywhere(group.viewer)
    for one in devices:
        one.join(group.trip_id)
    say(lease, "In", "Kyoto")
    say(lease, ".")
    end(lease)
    for one in devices:
        one.wait_for("ai:event", count=4)
        told = one.events("ai:event")
        assert [(event["seq"], event["type"]) for event in told] == [
            *((1, "delta"), (2, "delta"), (3, "delta")),
            (4, "done"),
        ]
        assert {event["request_id"] for event in told} == {str(lease.request_id)}
        assert told[1]["data"] == {"text": "Kyoto"}


def test_who_comes_later_hears_how_far_it_is_and_what_follows(group, device, lease) -> None:
    say(lease, "In", "Kyoto")
    vera = device(group.viewer)
    [running] = vera.join(group.trip_id)["ai"]
    assert running == {"request_id": str(lease.request_id), "last_seq": 2, "status": "running"}
    say(lease, "!")
    assert vera.wait_for("ai:event")["seq"] == 3
    end(lease)
    vera.wait_for("ai:event", count=2)
    assert vera.join(group.trip_id)["ai"] == []
    assert [event["seq"] for event in vera.events("ai:event")] == [3, 4]


def test_who_comes_after_the_end_hears_nothing_of_it(group, device, lease) -> None:
    say(lease, "In", "Kyoto")
    end(lease)
    vera = device(group.viewer)
    assert vera.join(group.trip_id)["ai"] == []
    another = answering(group)
    say(another, "Again")
    assert vera.wait_for("ai:event")["request_id"] == str(another.request_id)


def test_the_removed_hear_it_no_more(group, device, lease) -> None:
    pavel, vera = device(group.participant), device(group.viewer)
    for one in (pavel, vera):
        one.join(group.trip_id)
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)
    say(lease, "Secret")
    vera.wait_for("ai:event")
    pavel.wait_for("trip:revoked")
    assert pavel.events("ai:event") == []
