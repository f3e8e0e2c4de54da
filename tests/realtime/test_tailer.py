"""The tailer alone, over a real log: order, gaps, audiences, evictions, laggards."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import current_app
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.realtime.device import create
from tests.realtime.stage import Stage
from tests.statements import counted
from wandr.changes.ops import read_ops
from wandr.changes.service import apply
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.realtime import backlog, rooms
from wandr.realtime import tailer as tailing
from wandr.realtime.events import answer
from wandr.realtime.joining import join
from wandr.realtime.rooms import Seat
from wandr.realtime.state import sockets
from wandr.transaction import atomic
from wandr.trips.members import change_member, remove_member


@pytest.fixture
def stage(group) -> Stage:
    return Stage(group.trip_id)


def write(group, count: int = 1) -> int:
    for _ in range(count):
        with atomic():
            ops = read_ops([create()])
            head = apply(group.trip_id, group.organizer.user_id, ops, source="rest").head
    return head


def seqs(payloads) -> list[int]:
    return [
        one["seq"] for event, told in payloads if event == "trip:changes" for one in told["changes"]
    ]


def test_what_is_new_is_emitted_once_and_in_order(group, stage, monkeypatch) -> None:
    monkeypatch.setattr(tailing, "BATCH", 2)
    seat = stage.sit(group.viewer)
    write(group, 5)
    stage.look()
    assert seqs(stage.heard_by(seat)) == [4, 5, 6, 7, 8]
    assert stage.look() == []


def test_only_a_poked_trip_is_looked_at_between_the_seconds(group, stage) -> None:
    stage.sit(group.viewer)
    stage.look()
    write(group)
    stage.tailer.step()
    assert stage.noted == []
    stage.tailer.woken.clear()
    stage.tailer.wake(uuid4())
    assert not stage.tailer.woken.is_set()
    stage.tailer.wake(group.trip_id)
    assert stage.tailer.woken.is_set()
    stage.tailer.step()
    assert len(stage.noted) == 1


def test_all_hear_it_by_one_emission(group, stage) -> None:
    seats = [stage.sit(one) for one in (group.viewer, group.viewer, group.organizer)]
    write(group)
    [(event, _, sids)] = stage.look()
    assert (event, sids) == ("trip:changes", [seat.connection.sid for seat in seats])


def test_what_only_some_may_see_is_kept_from_the_others(group, stage) -> None:
    olga, vera = stage.sit(group.organizer), stage.sit(group.viewer)
    head = write(group)
    address(group, head, [str(group.organizer.user_id)])
    write(group)
    stage.look()
    [(_, to_olga)], [(_, to_vera)] = stage.heard_by(olga), stage.heard_by(vera)
    assert [one["seq"] for one in to_vera["changes"]] == [head, head + 1]
    assert to_vera["changes"][0]["ops"] == [] and to_vera["changes"][0]["by"] is None
    assert to_olga["changes"][0]["ops"] and to_olga["changes"][1] == to_vera["changes"][1]


def address(group, seq: int, audience: list[str]) -> None:
    """Let a change be for these people only."""
    statement = text(
        "UPDATE trip_changes SET ops = jsonb_set(ops, '{0,audience}', to_jsonb(:audience))"
        " WHERE trip_id = :trip_id AND seq = :seq"
    )
    given = {"audience": audience, "trip_id": group.trip_id, "seq": seq}
    with atomic():
        db.session.execute(statement, given)


def test_the_removed_is_evicted_before_anything_else(group, stage) -> None:
    pavel, olga = stage.sit(group.participant), stage.sit(group.organizer, "organizer")
    write(group)
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)
    write(group)
    stage.look()
    assert stage.heard_by(pavel) == [("trip:revoked", {"trip_id": str(group.trip_id)})]
    assert stage.noted[0][0] == "trip:revoked"
    assert seqs(stage.heard_by(olga)) == [4, 5, 6]


def test_who_is_removed_while_joining_gets_nowhere(group, stage) -> None:
    seat = stage.enter(group.participant)
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)
    stage.look()
    assert not stage.rooms.open(seat, "participant")
    assert seat.held == []


def test_a_new_role_is_told_before_what_it_lets_one_do(group, stage) -> None:
    vera = stage.sit(group.viewer, "viewer")
    with atomic():
        change_member(
            group.trip_id, group.organizer.user_id, group.viewer.user_id, {"role": "participant"}
        )
    stage.look()
    events = [event for event, _ in stage.heard_by(vera)]
    assert events == ["trip:role", "trip:changes"]
    assert vera.role == "participant"


def test_what_comes_while_one_joins_is_held_for_them(group, stage) -> None:
    joining, olga = stage.enter(group.viewer), stage.sit(group.organizer)
    write(group, 2)
    stage.look()
    assert [row.seq for row in joining.held] == seqs(stage.heard_by(olga)) == [4, 5]
    assert stage.heard_by(joining) == []


@pytest.fixture
def real(inside, group) -> Stage:
    """A stage over the rooms that joins use."""
    stage = Stage(group.trip_id)
    stage.rooms = stage.tailer.rooms = sockets().rooms
    return stage


def just_before_opening(stage: Stage, monkeypatch, happens) -> None:
    """Let something happen, and be seen, between the reading of the log and the opening."""
    openly = stage.rooms.open

    def open_late(seat: Seat, role: str) -> bool:
        happens()
        stage.look()
        return openly(seat, role)

    monkeypatch.setattr(stage.rooms, "open", open_late)


def test_a_join_that_is_overtaken_by_a_removal_is_refused(group, real, monkeypatch) -> None:
    def be_removed() -> None:
        with atomic():
            remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)

    just_before_opening(real, monkeypatch, be_removed)
    connection = real.connect(group.participant)
    with pytest.raises(NotFound):
        join(connection, group.trip_id, since=3)
    real.rooms.disconnect(connection.sid)
    assert real.rooms.all_rooms() == []


def test_a_join_that_is_overtaken_by_a_new_role_tells_that(group, real, monkeypatch) -> None:
    def be_promoted() -> None:
        role = {"role": "participant"}
        with atomic():
            change_member(group.trip_id, group.organizer.user_id, group.viewer.user_id, role)

    just_before_opening(real, monkeypatch, be_promoted)
    connection = real.connect(group.viewer)
    told = join(connection, group.trip_id, since=3)
    assert (told["role"], told["changes"][-1]["ops"][0]["fields"]["role"]) == 2 * ("participant",)
    assert real.rooms.seat(group.trip_id, connection.sid).role == "participant"
    real.rooms.disconnect(connection.sid)


def test_a_join_takes_in_what_was_held(group, real, monkeypatch) -> None:
    stage, connection = real, real.connect(group.viewer)
    write(group)
    just_before_opening(stage, monkeypatch, lambda: write(group, 2))
    told = join(connection, group.trip_id, since=3)
    assert [change["seq"] for change in told["changes"]] == [4, 5, 6]
    assert told["head"] == 6
    write(group)
    stage.look()
    assert seqs(stage.heard_by(stage.rooms.seat(group.trip_id, connection.sid))) == [7]
    stage.rooms.disconnect(connection.sid)
    assert stage.rooms.all_rooms() == []


def resets(stage: Stage, seat: Seat) -> list[str]:
    """The reasons of the `trip:reset` that a seat has heard in the last look."""
    return [told["reason"] for event, told in stage.heard_by(seat) if event == "trip:reset"]


def test_who_lags_behind_is_told_to_begin_anew(group, stage, monkeypatch) -> None:
    monkeypatch.setattr(rooms, "MOST_UNSEEN", 2)
    lagging, silent = stage.sit(group.viewer), stage.sit(group.organizer)
    lagging.seen = 3
    write(group, 2)
    assert [event for event, _, _ in stage.look()] == ["trip:changes"]
    write(group)
    stage.look()
    told = {"trip_id": str(group.trip_id), "reason": "lagging"}
    assert stage.heard_by(lagging)[-1] == ("trip:reset", told)
    write(group)
    stage.look()
    assert stage.heard_by(lagging) == []
    assert seqs(stage.heard_by(silent)) == [7]


def test_who_has_not_seen_what_is_old_lags_too(group, stage, monkeypatch) -> None:
    slow, quick, silent = (stage.sit(group.viewer) for _ in range(3))
    slow.seen, quick.seen = 3, 3
    write(group)
    stage.look()
    quick.seen = 4
    assert [resets(stage, one) for one in (slow, quick, silent)] == [[], [], []]
    monkeypatch.setattr(tailing, "PATIENCE", 0.0)  # as if it had been given long ago
    stage.look()
    assert [resets(stage, one) for one in (slow, quick, silent)] == [["lagging"], [], []]


def test_nobody_has_seen_what_is_still_to_come(group, real) -> None:
    seat = real.sit(group.viewer)
    seen = {"trip_id": str(group.trip_id), "seq": 2**31 - 1}
    assert answer(current_app, "trip:seen", seat.connection.sid, (seen,)) == {"ok": True}
    assert seat.seen == 3
    real.rooms.disconnect(seat.connection.sid)


def test_what_the_join_has_told_counts_as_seen(group, stage, monkeypatch) -> None:
    monkeypatch.setattr(tailing, "PATIENCE", 0.0)
    stage.sit(group.organizer)
    write(group, 3)
    stage.look()
    late = stage.sit(group.viewer)
    late.seen = 1
    stage.look()
    assert resets(stage, late) == [] and late.since == 6


def test_who_does_not_read_is_given_no_more(group, stage) -> None:
    """Also one that never tells what it has seen."""
    deaf, reader = stage.sit(group.viewer), stage.sit(group.organizer)
    for one, size in ((deaf, backlog.MOST_BYTES + 1), (reader, backlog.MOST_BYTES)):
        one.connection.backlog.add(size)
    stage.look()
    assert [resets(stage, one) for one in (deaf, reader)] == [["lagging"], []]
    write(group)
    stage.look()
    assert (stage.heard_by(deaf), seqs(stage.heard_by(reader))) == ([], [4])


def test_a_log_that_went_back_sends_everybody_to_the_snapshot(group, stage) -> None:
    """A standby without the newest commits has taken over."""
    vera, pavel = stage.sit(group.viewer, head=9), stage.enter(group.participant, head=9)
    with capture_logs() as logs:
        stage.look()
    assert resets(stage, vera) == ["too_old"]
    assert [one["event"] for one in logs] == ["log_went_back"]
    assert stage.rooms.open(pavel, "participant")  # who joins just then goes on from the new head
    write(group)
    stage.look()
    assert (stage.heard_by(vera), seqs(stage.heard_by(pavel))) == ([], [4])


def test_heads_are_told_to_those_who_follow(group, stage) -> None:
    seat = stage.sit(group.viewer)
    stage.enter(group.organizer)
    write(group)
    stage.look()
    stage.noted = []
    stage.tailer.tell_heads()
    told = {"trip_id": str(group.trip_id), "head": 4}
    assert stage.noted == [("trip:head", told, [seat.connection.sid])]


def test_an_empty_room_is_forgotten(group, stage) -> None:
    seat = stage.sit(group.viewer)
    stage.rooms.disconnect(seat.connection.sid)
    write(group)
    assert stage.look() == []
    assert stage.rooms.all_rooms() == []


def test_a_change_is_found_by_one_statement(group, stage) -> None:
    stage.sit(group.viewer)
    stage.look()
    write(group)
    stage.tailer.wake(group.trip_id)
    with counted(db.engine) as statements:
        stage.tailer.step()
    assert len(stage.noted) == 1
    assert len(statements) == 1, statements
