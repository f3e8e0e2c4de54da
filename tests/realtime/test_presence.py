"""Presence over two processes and a real Redis: who is there, what they show, and when they go."""

from __future__ import annotations

from uuid import UUID

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.realtime.server import free_port
from tests.realtime.stage import Stage
from wandr.errors import Busy
from wandr.extensions import redis
from wandr.realtime import backlog, presence
from wandr.realtime.joining import join
from wandr.realtime.presence_store import ALIVE, BOOK, PROCESS
from wandr.realtime.state import sockets
from wandr.transaction import atomic
from wandr.trips.members import remove_member


@pytest.fixture
def here(group, monkeypatch) -> Stage:
    monkeypatch.setattr(presence, "MIN_GAP", 0.0)
    return Stage(group.trip_id)


@pytest.fixture
def there(group) -> Stage:
    """Another process with sockets in the same trip."""
    return Stage(group.trip_id)


def exchange(*stages: Stage) -> None:
    """Each tells Redis what it has, and hears what the others have told it."""
    for one in stages:
        one.presence.step()
    for one in stages:
        for other in stages:
            one.presence.hear(f"{one.trip_id} {other.presence.store.process}")
        one.presence.step()


def entry(seat, person, **state) -> dict:
    return {
        "client_id": str(seat.connection.client_id),
        "user_id": str(person.user_id),
        "display_name": person.display_name,
        "state": state,
    }


def diff(stage: Stage, join=(), leave=(), **sets) -> dict:
    sets = {str(UUID(client)): state for client, state in sets.items()}
    told = {"join": list(join), "leave": [str(one) for one in leave], "set": sets}
    return {"trip_id": str(stage.trip_id), **told}


def client(seat) -> str:
    return seat.connection.client_id.hex


@pytest.fixture
def met(here, there, group):
    """Vera here and Pavel there, who know of each other."""
    exchange(here, there)
    vera, _ = here.come(group.viewer)
    pavel, _ = there.come(group.participant)
    exchange(here, there)
    here.noted, there.noted = [], []
    return vera, pavel


def test_the_first_is_told_of_themselves_and_moments_later_of_the_others(here, there, group):
    exchange(here, there)
    pavel, alone = there.come(group.participant)
    assert alone == [entry(pavel, group.participant)]
    exchange(there)
    vera, told = here.come(group.viewer)
    assert told == [entry(vera, group.viewer)]
    exchange(here, there)
    for stage, seat, other, who in (
        *((here, vera, pavel, group.participant), (there, pavel, vera, group.viewer)),
    ):
        diffs = stage.diffs(seat)
        assert [one["leave"] for one in diffs] == [[]] * len(diffs)
        assert entry(other, who) in [one for told in diffs for one in told["join"]]
    _, told = here.come(group.organizer)
    assert len(told) == 3


def test_a_state_is_told_in_both_processes_alone(here, there, met):
    vera, pavel = met
    presence.say(vera, here.rooms, {"view": "2027-04-02"})
    exchange(here, there)
    told = diff(here, **{client(vera): {"view": "2027-04-02"}})
    assert (here.diffs(vera), there.diffs(pavel)) == ([told], [told])
    exchange(here, there)
    assert (here.noted, there.noted) == ([], [])


def test_who_leaves_is_gone_at_once(here, there, met):
    vera, pavel = met
    here.rooms.disconnect(vera.connection.sid)
    exchange(here, there)
    assert there.diffs(pavel) == [diff(there, leave=[vera.connection.client_id])]
    assert here.noted == []
    there.rooms.leave(there.trip_id, pavel.connection.sid)
    exchange(here, there)
    assert redis.client.hgetall(BOOK.format(here.trip_id)) == {}


def test_who_comes_back_elsewhere_replaces_themselves(here, there, met, group):
    vera, pavel = met
    presence.say(vera, here.rooms, {"typing": True})
    exchange(here, there)
    there.noted = []
    again, told = there.come(group.viewer, vera.connection.client_id)
    assert entry(again, group.viewer, typing=True) in told
    exchange(here, there)
    here.rooms.disconnect(vera.connection.sid)  # only now the old connection is found dead
    exchange(here, there)
    assert there.diffs(pavel) == []
    presence.say(again, there.rooms, {})
    exchange(here, there)
    assert there.diffs(pavel) == [diff(there, **{client(vera): {}})]


def test_nobody_takes_the_place_of_another_by_their_client_id(here, there, met, group):
    vera, pavel = met
    _, told = here.come(group.organizer, pavel.connection.client_id)
    exchange(here, there)
    assert [one["join"] for one in here.diffs(vera)] == []
    assert there.diffs(pavel) == []


def test_the_dead_are_gone_within_45_seconds(here, there, met):
    vera, pavel = met
    alive = PROCESS.format(there.presence.store.process)
    assert 0 < redis.client.ttl(alive) <= ALIVE and ALIVE + presence.REFRESH <= 45
    assert 0 < redis.client.ttl(BOOK.format(here.trip_id)) <= ALIVE
    redis.client.delete(alive)  # as if it had run out
    here.presence.refresh()
    here.presence.step()
    assert here.diffs(vera) == [diff(here, leave=[pavel.connection.client_id])]


def test_what_redis_has_lost_comes_back_by_itself(here, there, met, group):
    vera, pavel = met
    redis.client.flushdb()
    there.presence.refresh()
    exchange(there, here)
    _, told = here.come(group.organizer)
    assert entry(pavel, group.participant) in told


@pytest.fixture
def away(inside, monkeypatch):
    """Take Redis away; what it returns brings it back."""

    def leave():
        gone = Redis(port=free_port(), retry=Retry(NoBackoff(), 0))
        monkeypatch.setitem(inside.extensions, "wandr.redis", gone)

    here = inside.extensions["wandr.redis"]
    leave.back = lambda: monkeypatch.setitem(inside.extensions, "wandr.redis", here)
    return leave


def test_without_redis_presence_is_unknown_and_comes_back_by_itself(
    here, there, met, group, away, monkeypatch
):
    vera, pavel = met
    monkeypatch.setattr(presence, "PAUSE", 0.0)
    away()
    presence.say(vera, here.rooms, {"view": "x"})
    here.presence.step()
    assert here.diffs(vera) == [diff(here, **{client(vera): {"view": "x"}})]
    olga, told = here.come(group.organizer)
    assert told is None
    here.presence.step()
    assert here.diffs(olga) == []
    away.back()
    exchange(here, there)
    assert {one["client_id"] for one in here.diffs(olga)[0]["join"]} == {
        str(seat.connection.client_id) for seat in (vera, pavel, olga)
    }
    assert [one["join"] for one in there.diffs(pavel)] == [[entry(olga, group.organizer)]]


def test_the_others_are_unknown_once_they_might_be_dead(here, met, away, monkeypatch):
    vera, pavel = met
    monkeypatch.setattr(presence, "PAUSE", 0.0)
    away()
    presence.say(vera, here.rooms, {"a": 1})
    here.presence.step()
    assert [one["leave"] for one in here.diffs(vera)] == [[]]
    monkeypatch.setattr(presence, "ALIVE", 0)
    presence.say(vera, here.rooms, {"a": 2})
    here.presence.step()
    assert [one["leave"] for one in here.diffs(vera)] == [[str(pavel.connection.client_id)]]


def test_redis_that_is_never_asked_is_not_taken_for_present(here, group, away):
    away()
    here.presence.step()
    assert here.come(group.viewer)[1] is None


def test_the_removed_are_told_of_nowhere_and_told_nothing(here, there, met, group):
    vera, pavel = met
    olga, _ = there.come(group.organizer)
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)
    presence.say(vera, here.rooms, {"secret": True})  # before any tailer has noticed
    presence.say(pavel, there.rooms, {"still": "here"})
    exchange(here, there)
    assert [told for told in here.diffs(vera) if "still" in str(told["set"])] == []
    assert vera.knows_others and "secret" in str(there.heard_by(olga))
    assert there.heard_by(pavel) == []


def test_an_eviction_is_told(here, there, met, group):
    vera, pavel = met
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)
    there.look()
    here.look()
    exchange(here, there)
    assert [one["leave"] for one in here.diffs(vera)] == [[str(pavel.connection.client_id)]]


def test_an_eviction_is_told_though_the_other_process_says_nothing(here, there, met, group):
    """It hangs, or Redis is away."""
    vera, pavel = met
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)
    here.look()
    here.presence.step()
    assert [one["leave"] for one in here.diffs(vera)] == [[str(pavel.connection.client_id)]]


def test_a_new_name_is_told(here, there, met, group):
    vera, pavel = met
    group.participant.patch("/users/me", json={"display_name": "Paul"})
    for stage in (here, there):
        stage.look()
        stage.presence.step()
    for stage, seat in ((here, vera), (there, pavel)):
        [renamed] = stage.diffs(seat)[0]["join"]
        assert (renamed["client_id"], renamed["display_name"]) == (
            str(pavel.connection.client_id),
            "Paul",
        )


def test_of_what_comes_too_fast_the_newest_is_shown(here, met, monkeypatch):
    vera, _ = met
    presence.say(vera, here.rooms, {"n": 0})
    here.presence.step()
    assert [one["set"] for one in here.diffs(vera)] == [{str(vera.connection.client_id): {"n": 0}}]
    monkeypatch.setattr(presence, "MIN_GAP", 60.0)
    for number in range(1, 50):
        presence.say(vera, here.rooms, {"n": number})
        here.presence.step()
    assert here.diffs(vera) == []
    monkeypatch.setattr(presence, "MIN_GAP", 0.0)
    here.presence.step()
    assert [one["set"] for one in here.diffs(vera)] == [{str(vera.connection.client_id): {"n": 49}}]


def test_a_slow_reader_does_without_and_is_told_later(here, there, met, group):
    vera, pavel = met
    vera.connection.backlog.add(backlog.MOST_BYTES)
    olga, _ = here.come(group.organizer)
    there.rooms.disconnect(pavel.connection.sid)
    exchange(there, here)
    assert here.heard_by(vera) == [] and here.diffs(olga) != []
    vera.connection.backlog.hand_over(backlog.MOST_BYTES)
    here.presence.refresh()
    here.presence.step()
    missed = diff(here, [entry(olga, group.organizer)], [pavel.connection.client_id])
    assert here.diffs(vera) == [missed]


def test_the_places_of_a_trip_are_counted_everywhere(here, there, met, group):
    assert here.presence.count_elsewhere(here.trip_id) == 1
    there.come(group.participant)
    exchange(here, there)
    assert here.presence.count_elsewhere(here.trip_id) == 2


@pytest.mark.parametrize(("elsewhere", "there_is_room"), [(199, True), (200, False)])
def test_a_trip_that_is_full_elsewhere_is_full_here(
    group, inside, elsewhere, there_is_room, monkeypatch
):
    ours = sockets()
    monkeypatch.setattr(ours.presence, "count_elsewhere", lambda trip_id: elsewhere)
    stage = Stage(group.trip_id)
    stage.rooms = ours.rooms
    connection = stage.connect(group.viewer)
    if there_is_room:
        assert join(connection, group.trip_id, None)["presence"] is None  # no chore has asked Redis
    else:
        with pytest.raises(Busy) as refused:
            join(connection, group.trip_id, None)
        assert refused.value.code == "trip_full"
    ours.rooms.disconnect(connection.sid)
