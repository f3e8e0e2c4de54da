"""Many at once, on a database where commits are commits."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from tests.cast import make_person
from tests.fold import comparable, fold
from tests.group import KYOTO, join
from tests.realtime.server import wait_until
from wandr.changes.models import TripChange
from wandr.changes.ops import read_ops
from wandr.changes.service import apply
from wandr.errors import Busy, Forbidden, NotFound
from wandr.extensions import db
from wandr.gate import Gate
from wandr.http.idempotency import IdempotencyRecord
from wandr.transaction import atomic
from wandr.trips.members import change_member, remove_member
from wandr.trips.models import Trip

MANY = 50


@pytest.fixture
def people(committed_app):
    return [make_person(committed_app, name) for name in ("Olga", "Pavel")]


@pytest.fixture
def trip_path(people):
    organizer, participant = people
    trip = organizer.post("/trips", json=KYOTO)
    join(trip["id"], organizer, participant, "participant")
    return f"/trips/{trip['id']}"


def at_once(count, task):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(task, range(count)))


def test_fifty_creates_with_one_key_make_one_trip(people):
    organizer = people[0]
    client, token = organizer.client, organizer.token
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}

    def create(_):
        return client.application.test_client().post("/api/v1/trips", json=KYOTO, headers=headers)

    answers = at_once(MANY, create)
    assert Counter(answer.status_code for answer in answers) == {201: MANY}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len(organizer.get("/trips")["items"]) == 1


def test_fifty_writers_with_one_version_let_one_win(people, trip_path):
    organizer = people[0]
    organizer.get(trip_path)
    tag = organizer.raw.headers["ETag"]
    headers = {"Authorization": f"Bearer {organizer.token}", "If-Match": tag}

    def update(n):
        client = organizer.client.application.test_client()
        return client.patch(f"/api/v1{trip_path}", json={"title": f"Title {n}"}, headers=headers)

    codes = Counter(answer.status_code for answer in at_once(MANY, update))
    assert codes == {200: 1, 412: MANY - 1}


def test_the_log_has_no_gap_and_folds_into_the_whole(people, trip_path):
    organizer = people[0]
    before = organizer.get(f"{trip_path}/snapshot")

    def work(n):
        person = people[n % 2]
        headers = {"Authorization": f"Bearer {person.token}"}
        client = person.client.application.test_client()
        made = client.post(
            f"/api/v1{trip_path}/activities",
            json={"title": f"Stop {n}", "day": "2027-04-01", "after": None},
            headers=headers,
        ).get_json()
        address = f"/api/v1{trip_path}/activities/{made['id']}"
        client.patch(address, json={"notes": f"by {n}"}, headers=headers)
        if n % 3 == 0:
            client.delete(address, headers=headers)

    at_once(20, work)
    after = organizer.get(f"{trip_path}/snapshot")
    changes = organizer.get(f"{trip_path}/changes?since={before['seq']}&limit=500")["changes"]
    assert [change["seq"] for change in changes] == list(range(before["seq"] + 1, after["seq"] + 1))
    assert fold(before, changes) == comparable(after)
    rows = after["entities"]["activity"]
    assert len(rows) == 13
    assert len({row["position"] for row in rows}) == 13


def test_eight_who_shift_a_trip_at_once_move_it_eight_days(people, trip_path):
    organizer = people[0]
    body = {"title": "Tea", "day": "2027-04-01"}
    tea = organizer.post(f"{trip_path}/activities", json=body, status=201)
    headers = {"Authorization": f"Bearer {organizer.token}"}

    def shift(_):
        client = organizer.client.application.test_client()
        return client.patch(f"/api/v1{trip_path}", json={"shift_days": 1}, headers=headers)

    assert {answer.status_code for answer in at_once(8, shift)} == {200}
    assert organizer.get(trip_path)["start_date"] == "2027-04-09"
    assert organizer.get(f"{trip_path}/activities/{tea['id']}")["day"] == "2027-04-09"


def test_who_loses_the_right_while_waiting_for_the_lock_writes_nothing(
    committed_app, people, trip_path
):
    """A membership read together with the lock would still show the old role here."""
    organizer, participant = people
    trip_id, waiting = UUID(trip_path.rpartition("/")[2]), Event()

    def late_write():
        with committed_app.app_context(), atomic():
            waiting.set()
            op = {
                "op": "create",
                "entity": "activity",
                "id": str(uuid4()),
                "fields": {"title": "Late"},
            }
            apply(trip_id, participant.user_id, read_ops([op]), source="rest").or_refused()

    with ThreadPoolExecutor(1) as pool:
        with atomic():
            change_member(trip_id, organizer.user_id, participant.user_id, {"role": "viewer"})
            db.session.flush()
            late = pool.submit(late_write)
            assert waiting.wait(5)
            _wait_until_somebody_waits_for_a_lock()
        with pytest.raises(Forbidden):
            late.result(10)
    assert organizer.get(f"{trip_path}/activities")["items"] == []


def test_who_is_removed_while_waiting_finds_nothing(committed_app, people, trip_path):
    organizer, participant = people
    trip_id = UUID(trip_path.rpartition("/")[2])

    def late_write():
        with committed_app.app_context(), atomic():
            op = {
                "op": "create",
                "entity": "activity",
                "id": str(uuid4()),
                "fields": {"title": "Late"},
            }
            apply(trip_id, participant.user_id, read_ops([op]), source="rest")

    with ThreadPoolExecutor(1) as pool:
        with atomic():
            remove_member(trip_id, organizer.user_id, participant.user_id)
            db.session.flush()
            late = pool.submit(late_write)
            _wait_until_somebody_waits_for_a_lock()
        with pytest.raises(NotFound):
            late.result(10)


def test_a_reader_of_the_trip_is_never_blocked_by_its_writer(people, trip_path):
    organizer = people[0]
    trip_id = UUID(trip_path.rpartition("/")[2])
    with atomic():
        db.session.execute(select(Trip).where(Trip.id == trip_id).with_for_update(key_share=True))
        assert organizer.get(trip_path)["title"] == KYOTO["title"]


def test_nothing_is_told_or_stored_when_the_commit_fails(people, trip_path, monkeypatch):
    trip_id, pokes = UUID(trip_path.rpartition("/")[2]), []
    monkeypatch.setattr("wandr.pokes.poker.poke", pokes.append)
    head = people[0].get(trip_path)["seq"]
    op = {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "Never"}}
    with pytest.raises(RuntimeError), atomic():
        apply(trip_id, people[0].user_id, read_ops([op]), source="rest")
        raise RuntimeError
    assert pokes == []
    assert people[0].get(trip_path)["seq"] == head
    assert db.session.query(TripChange).filter_by(trip_id=trip_id).count() == head


def test_a_poke_follows_each_commit(people, trip_path, monkeypatch):
    trip_id, pokes = UUID(trip_path.rpartition("/")[2]), []
    monkeypatch.setattr("wandr.pokes.poker.poke", pokes.append)
    people[0].post(f"{trip_path}/activities", json={"title": "Tea"}, status=201)
    assert pokes == [trip_id]


def test_the_gate_lets_one_in_and_tells_the_others_after_two_seconds(monkeypatch):
    monkeypatch.setattr("wandr.gate.PATIENCE", 0.05)
    gate, trip_id, inside, done = Gate(), uuid4(), Event(), Event()

    def occupy():
        with gate.hold(trip_id):
            inside.set()
            done.wait(5)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(occupy)
        assert inside.wait(5)
        with pytest.raises(Busy), gate.hold(trip_id):
            pass
        with gate.hold(uuid4()):
            pass  # another trip is free
        done.set()
        held.result(5)
    with gate.hold(trip_id), gate.hold(trip_id):
        pass  # free again, and one's own hold is no obstacle
    assert gate._queues == {}


def test_the_gate_lets_in_who_waits_before_who_comes_again():
    gate, trip_id, came = Gate(), uuid4(), []

    def come(name):
        with gate.hold(trip_id):
            came.append(name)

    with ThreadPoolExecutor(1) as pool:
        with gate.hold(trip_id):
            waiting = pool.submit(come, "who waits")
            wait_until(lambda: len(gate._queues[trip_id]) == 2)
        come("who comes again")
        waiting.result(5)
    assert came == ["who waits", "who comes again"]


class TestIdempotencyKey:
    """One key, one answer."""

    def test_another_body_is_refused(self, people):
        key = {"Idempotency-Key": "k"}
        people[0].post("/trips", json=KYOTO, headers=key, status=201)
        other = people[0].post("/trips", json={"title": "Other"}, headers=key, status=422)
        assert other["code"] == "idempotency_key_reused"

    def test_another_user_or_another_route_is_another_key(self, people, trip_path):
        key = {"Idempotency-Key": "k"}
        ids = {person.post("/trips", json=KYOTO, headers=key)["id"] for person in people}
        assert len(ids) == 2
        people[0].post(f"{trip_path}/activities", json={"title": "Tea"}, headers=key, status=201)

    def test_a_refusal_keeps_no_answer(self, people):
        key = {"Idempotency-Key": "k"}
        people[0].post("/trips", json={"title": ""}, headers=key, status=422)
        people[0].post("/trips", json=KYOTO, headers=key, status=201)

    def test_after_a_day_it_is_forgotten(self, people):
        key = {"Idempotency-Key": "k"}
        first = people[0].post("/trips", json=KYOTO, headers=key)["id"]
        db.session.execute(text("UPDATE idempotency_records SET at = at - interval '25 hours'"))
        db.session.commit()
        assert people[0].post("/trips", json=KYOTO, headers=key, status=201)["id"] != first
        assert db.session.query(IdempotencyRecord).count() == 1

    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_a_wrong_key_is_refused(self, people, key):
        people[0].post("/trips", json=KYOTO, headers={"Idempotency-Key": key}, status=400)


def _wait_until_somebody_waits_for_a_lock() -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = monotonic() + 5
    while monotonic() < deadline:
        with db.engine.connect() as connection:  # a fresh look each time
            if connection.scalar(waiting):
                return
    raise AssertionError("nobody waits")
