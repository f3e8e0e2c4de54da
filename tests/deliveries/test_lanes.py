"""Lanes: in order, at least once, one worker at a time; and what becomes of failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from tests.at_once import at_once
from tests.deliveries.conftest import hurry, states
from wandr.deliveries import lanes
from wandr.deliveries.lanes import Outcome
from wandr.deliveries.models import Delivery
from wandr.deliveries.running import run_lane, senders
from wandr.extensions import db
from wandr.outbox import Outbox
from wandr.transaction import atomic

LATER = Outcome(False, told="not now")
NEVER = Outcome(False, final=True, told="not you")


def outbox() -> list[tuple[str, list]]:
    return [(row.task, row.args) for row in db.session.query(Outbox).order_by(Outbox.created_at)]


def test_what_waits_is_sent_in_its_order_and_forgotten(sent, put):
    asked = sent()
    put("a", "b", "c")
    put("x", lane="test:2")
    assert run_lane("test:1") == 3
    assert asked == [("a", 1), ("b", 1), ("c", 1)]
    assert states() == [("sent", 1)] * 3 + [("waiting", 0)]
    assert db.session.query(Delivery).filter_by(state="sent").first().body == {}
    assert run_lane("test:1") == 0


def test_a_worker_is_asked_with_the_transaction_that_puts_it(sent, put):
    with pytest.raises(RuntimeError, match="on purpose"), atomic():
        lanes.put_in_lane("test", "test:1", {"n": "never"})
        raise RuntimeError("on purpose")
    assert outbox() == [] and states() == []
    put("a")
    assert outbox() == [("deliver", ["test:1"])]


def test_nothing_overtakes_what_could_not_be_sent(sent, put):
    asked = sent(LATER, LATER)
    put("a", "b")
    assert run_lane("test:1") == 0
    assert run_lane("test:1") == 0  # not due yet
    assert asked == [("a", 1)]
    hurry()
    run_lane("test:1")
    hurry()
    assert run_lane("test:1") == 2
    assert asked == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]


def test_what_is_refused_for_good_lets_the_next_go(sent, put):
    asked = sent(NEVER)
    put("a", "b")
    assert run_lane("test:1") == 1
    assert asked == [("a", 1), ("b", 1)]
    assert states() == [("failed", 1), ("sent", 1)]
    assert db.session.query(Delivery).filter_by(state="failed").one().answer == "not you"


def test_after_three_days_it_gives_up(sent, put):
    sent(LATER)
    put("a", "b")
    hurry(gives_up_at=lanes.NOW - timedelta(seconds=1))
    assert run_lane("test:1") == 1
    assert states() == [("failed", 1), ("sent", 1)]


def test_what_kills_its_workers_has_waits_and_is_given_up_too(sent, put):
    asked = sent()
    put("a", "b")
    for attempt in (1, 2):
        hurry()
        with atomic():
            assert lanes.claim_next("test:1").attempt == attempt  # and its worker dies
    first = db.session.query(Delivery).filter_by(attempts=2).one()
    assert timedelta(seconds=66) < first.due_at - datetime.now(UTC) < timedelta(seconds=71)
    hurry(gives_up_at=lanes.NOW - timedelta(seconds=1))
    with atomic():
        assert not lanes.claim_next("test:1").is_late  # workers may have been away all the time
    hurry()
    with atomic():
        db.session.query(Delivery).filter_by(attempts=3).update({"attempts": lanes.MANY_TRIES})
    assert run_lane("test:1") == 1
    assert asked == [("b", 1)]
    assert [state for state, _ in states()] == ["failed", "sent"]


@pytest.mark.parametrize("first", [Outcome(True), LATER], ids=["arrives", "fails"])
def test_workers_woken_at_once_keep_the_order(committed_app, put, first):
    """Three at one lane of two; who finds its head taken waits, and does not take the second."""
    for number in range(15):
        lane, began = f"test:{number}", []
        results = [first]

        def send(claim, began=began, results=results):
            began.append(claim.body["n"])
            return results.pop() if results else Outcome(True)

        senders["test"] = (send, True)
        put("a", "b", lane=lane)
        start = Barrier(3)

        def work(lane=lane, start=start):
            with committed_app.app_context():
                start.wait()
                run_lane(lane)

        crew = [Thread(target=work) for _ in range(3)]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
        assert began == (["a", "b"] if first.arrived else ["a"])
    del senders["test"]


def test_a_head_that_is_locked_is_waited_for(committed_app, sent, put):
    """The same without luck: its claim is not committed yet when the other looks."""
    sent()
    put("a", "b")

    def look():
        return lanes.claim_next("test:1")

    first, second = at_once(committed_app, look, look)
    assert (first.body, second.result()) == ({"n": "a"}, None)


def test_while_one_worker_has_it_another_finds_nothing(sent, put):
    put("a", "b")
    with atomic():
        claim = lanes.claim_next("test:1")
    assert claim.body == {"n": "a"}
    with atomic():
        assert lanes.claim_next("test:1") is None
    assert run_lane("test:1") == 0


def test_what_a_dead_worker_had_is_sent_again_under_the_same_id(sent, put):
    asked = sent()
    (name,) = put("a")
    with atomic():
        lost = lanes.claim_next("test:1")  # and its worker dies
    assert lost.id == name
    hurry()
    assert run_lane("test:1") == 1
    assert asked == [("a", 2)]
    with atomic():  # it was only slow, and comes back
        assert lanes.settle(lost, LATER, forgets=True) is False
    assert states() == [("sent", 2)]


def test_a_slow_try_that_arrived_ends_it_though_another_has_taken_over(sent, put):
    put("a", "b")
    with atomic():
        slow = lanes.claim_next("test:1")
    hurry()
    with atomic():
        lanes.claim_next("test:1")
    with atomic():
        assert lanes.settle(slow, LATER, forgets=True) is False
    assert states()[0] == ("waiting", 2)
    with atomic():
        assert lanes.settle(slow, Outcome(True), forgets=True) is True
    assert states()[0] == ("sent", 2)


def test_what_is_sent_again_while_it_is_tried_is_not_spoilt_by_that_try(sent, put):
    sent()
    (name,) = put("a")
    with atomic():
        first = lanes.claim_next("test:1")
    with atomic():
        assert lanes.try_again(name, "test:1")
    assert run_lane("test:1") == 1
    with atomic():
        assert lanes.settle(first, NEVER, forgets=True) is False
    assert states() == [("sent", 2)]


def test_what_is_held_waits_until_it_is_let_go_and_then_has_all_its_time(sent, put):
    asked = sent(LATER)
    put("a", "b")
    run_lane("test:1")
    with atomic():
        lanes.hold("test:1")
        assert lanes.count_waiting("test:1") == 2
    hurry()
    assert run_lane("test:1") == 0 and [state for state, _ in states()] == ["held"] * 2
    with atomic():
        db.session.query(Delivery).update({"gives_up_at": lanes.NOW - timedelta(days=9)})
        lanes.let_go("test:1")
    assert outbox()[-1] == ("deliver", ["test:1"])
    assert run_lane("test:1") == 2
    assert asked == [("a", 1), ("a", 2), ("b", 1)]


def test_a_try_that_is_made_while_its_lane_is_held_may_arrive_and_else_is_held(sent, put):
    put("a", "b")
    for outcome, state in ((LATER, "held"), (Outcome(True), "sent")):
        hurry()
        with atomic():
            claim = lanes.claim_next("test:1")
        with atomic():
            lanes.hold("test:1")
        with atomic():
            lanes.settle(claim, outcome, forgets=True)
        assert states()[0][0] == state
        with atomic():
            lanes.let_go("test:1")


def test_lanes_that_nobody_looked_at_are_remembered_and_not_at_once_again(sent, put):
    put("a")
    put("b", lane="test:2")
    with atomic():
        assert lanes.wake_forgotten() == 0  # a worker has just been asked
    hurry(due_at=lanes.NOW - timedelta(seconds=30), created_at=lanes.NOW - timedelta(seconds=30))
    with atomic():
        assert lanes.wake_forgotten() == 2
    with atomic():
        assert lanes.wake_forgotten() == 0
    assert sorted(args for _, args in outbox()) == [["test:1"]] * 2 + [["test:2"]] * 2


def test_those_behind_a_head_that_rests_wake_nobody(sent, put):
    sent(LATER)
    put("a", "b")
    hurry(due_at=lanes.NOW - timedelta(seconds=30), created_at=lanes.NOW - timedelta(seconds=30))
    run_lane("test:1")
    before = len(outbox())
    with atomic():
        assert lanes.wake_forgotten() == 0
    assert len(outbox()) == before


def test_waits_double_up_to_an_hour():
    waits = [lanes.wait_before(attempt).total_seconds() for attempt in (1, 2, 5, 30)]
    for wait, most in zip(waits, (5, 10, 80, 3600), strict=True):
        assert 0.8 * most <= wait <= most


def test_what_has_ended_is_forgotten_after_a_month(sent, put):
    put("a", "b")
    run_lane("test:1")
    with atomic():
        db.session.query(Delivery).filter_by(attempts=1).limit(1)
        first = db.session.query(Delivery).order_by(Delivery.number).first()
        first.ended_at = first.ended_at - timedelta(days=31)
    with atomic():
        lanes.forget_delivered()
    assert states() == [("sent", 1)]
