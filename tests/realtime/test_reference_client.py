"""What went wrong in other planners does not here: the reference client against real processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Person
from tests.fold import comparable
from tests.realtime.device import create, rename
from tests.realtime.server import WebServer, wait_until
from tests.reference.client import TripClient
from tests.reference.store import FileStore
from tests.reference.transport import LiveTrip
from wandr.transaction import atomic
from wandr.trips.members import remove_member

Op = dict[str, Any]


class Phone:
    """Somebody's phone with the group's trip on it; closed, it is offline and can still be used."""

    def __init__(self, url: str, person: Person, trip_id: str, store: FileStore) -> None:
        self.url, self.person, self.store = url, person, store
        self.trip = TripClient(trip_id, str(person.user_id), store)
        self.live: LiveTrip | None = None

    def open(self) -> Phone:
        self.live = LiveTrip(self.url, self.trip, lambda: self.person.token)
        self.live.open()
        return self

    def close(self) -> None:
        if self.live is not None:
            raw = self.live.io.eio.ws
            self.live.close()
            if raw is not None:
                raw.shutdown()  # the library leaves it open when the server has hung up
            self.live = None

    def edit(self, *ops: Op) -> None:
        self.do(self.trip.edit, *ops)

    def do(self, what: Callable[..., Any], *args: Any) -> None:
        if self.live is None:
            what(*args)
        else:
            self.live.tell(what, *args)

    def settled(self) -> Phone:
        """This phone, once it holds the trip and all it wanted is decided and back."""
        wait_until(lambda: self.trip.is_joined and self.trip.state and not self.trip.pending)
        return self

    def row(self, op: Op) -> dict[str, Any] | None:
        """What it shows of the row that an op is about."""
        found: dict[str, Any] | None = self.trip.view().get(op["entity"], {}).get(op["id"])
        return found


@pytest.fixture
def phone(group, live: WebServer, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """Open the trip on a phone of somebody; the same `at` is the same phone."""
    phones: list[Phone] = []

    def take(person: Person, at: str | None = None) -> Phone:
        store = FileStore(tmp_path / (at or uuid4().hex))
        phones.append(Phone(live.url, person, str(group.trip_id), store))
        return phones[-1].open().settled()

    yield take
    for one in phones:
        one.close()


def update(op: Op, **fields: Any) -> Op:
    return {"op": "update", "entity": op["entity"], "id": op["id"], "fields": fields}


def snapshot(group, person: Person) -> dict[str, Any]:
    return comparable(person.get(f"/trips/{group.trip_id}/snapshot"))


def test_the_second_device_of_a_user_hears_what_the_first_did(phone, group) -> None:
    first, second = phone(group.organizer), phone(group.organizer)
    tea = create("Tea")
    first.edit(tea)
    assert first.row(tea)["title"] == "Tea"  # at once
    wait_until(lambda: second.row(tea))
    assert second.trip.state == first.settled().trip.state == snapshot(group, group.organizer)


def test_whoever_reconnects_sends_what_waited_and_sees_what_was_missed(phone, group) -> None:
    pavel, olga = phone(group.participant), phone(group.organizer)
    pavel.close()
    mine, theirs = create("Mine"), create("Theirs")
    olga.edit(theirs)
    pavel.edit(mine)
    olga.settled()
    assert pavel.row(theirs) is None
    pavel.open().settled()
    assert pavel.row(mine)["title"] == "Mine"
    wait_until(lambda: pavel.row(theirs) and olga.row(mine))
    assert pavel.trip.state == olga.trip.state == snapshot(group, group.viewer)


def test_a_restarted_phone_still_has_what_it_had_not_sent(phone, group) -> None:
    pavel = phone(group.participant, at="pavels")
    pavel.close()
    tea = create("Tea")
    pavel.edit(tea)
    again = phone(group.participant, at="pavels")
    assert again.trip.client_id == pavel.trip.client_id
    assert snapshot(group, group.viewer)["rows"]["activity"][tea["id"]]["title"] == "Tea"


def test_an_offline_chain_on_an_id_of_its_own_arrives_whole(phone, group) -> None:
    pavel = phone(group.participant)
    pavel.close()
    kept, gone = create("Kept"), create("Gone")
    for one in (kept, gone):
        pavel.edit(one)
        pavel.edit(update(one, title="Edited"))
    pavel.edit({"op": "delete", "entity": "activity", "id": gone["id"]})
    assert (pavel.row(kept)["title"], pavel.row(gone)) == ("Edited", None)
    pavel.open().settled()
    assert pavel.trip.refused == []
    rows = snapshot(group, group.viewer)["rows"]["activity"]
    assert (rows[kept["id"]]["title"], rows.get(gone["id"])) == ("Edited", None)


def test_a_rename_leaves_the_times_alone_at_once_and_after(phone, group) -> None:
    pavel = phone(group.participant)
    walk = create("Walk", day="2027-04-02", start_time="09:00", end_time="10:30")
    pavel.edit(walk)
    before = pavel.settled().row(walk)
    pavel.close()
    pavel.edit(update(walk, title="Long walk"))
    at_once = pavel.row(walk)
    after = pavel.open().settled().row(walk)
    stamps = {name: after[name] for name in ("version", "updated_at")}
    assert at_once == {**before, "title": "Long walk"}
    assert after == {**at_once, **stamps} and after["start_time"] == "09:00"


def test_what_one_account_left_unsent_is_never_sent_by_another(phone, group) -> None:
    pavel = phone(group.participant, at="shared")
    pavel.close()
    forgotten, left = create("Forgotten"), create("Left")
    pavel.edit(forgotten)
    olga = phone(group.organizer, at="shared")  # without Pavel having logged out
    assert olga.trip.client_id != pavel.trip.client_id
    olga.close()
    olga.edit(left)
    olga.trip.log_out()
    assert not olga.store.path.exists()
    again = phone(group.organizer, at="shared")
    assert again.trip.pending == [] and again.row(forgotten) is again.row(left) is None
    assert snapshot(group, group.viewer)["rows"]["activity"] == {}


def test_a_refused_edit_is_handed_back_and_shown_no_more(phone, group) -> None:
    vera = phone(group.viewer)
    tea = create("Tea")
    vera.edit(tea)
    vera.settled()
    [refusal] = vera.trip.refused
    assert (refusal.ops, refusal.results[0]["error"]["code"]) == ([tea], "forbidden")
    assert vera.row(tea) is None
    wrong = create("")
    pavel = phone(group.participant)
    pavel.close()
    pavel.edit(tea, wrong)
    pavel.open().settled()
    assert [refusal.ops for refusal in pavel.trip.refused] == [[wrong]]
    assert pavel.row(tea)["title"] == "Tea"


def test_a_batch_that_is_refused_whole_is_handed_back(phone, group) -> None:
    pavel = phone(group.participant)
    shapeless = {"op": "explode", "entity": "activity", "id": str(uuid4())}
    pavel.edit(shapeless)
    pavel.settled()
    [refusal] = pavel.trip.refused
    assert refusal.results[0]["error"]["code"] == "invalid"


def test_an_offline_edit_that_collides_asks_instead_of_overwriting(phone, group) -> None:
    away, there = phone(group.organizer), phone(group.organizer)
    trip = rename(group.trip_id, "Nara")
    away.close()
    away.edit(trip)
    there.edit(rename(group.trip_id, "Osaka"))
    there.settled()
    [conflict] = away.open().settled().trip.refused
    [result] = conflict.results
    assert (result["status"], result["current"]["title"]) == ("conflict", "Osaka")
    assert away.row(trip)["title"] == there.row(trip)["title"] == "Osaka"
    away.do(away.trip.keep_mine, conflict)
    assert away.settled().row(trip)["title"] == "Nara"
    wait_until(lambda: there.row(trip)["title"] == "Nara")
    assert away.trip.refused == there.trip.refused == []


def test_whoever_is_removed_stops_and_goes_on_once_let_in_again(phone, group) -> None:
    pavel = phone(group.participant)
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)
    wait_until(lambda: pavel.trip.is_gone)
    tea = create("Tea")
    pavel.edit(tea)
    assert pavel.trip.asks() == [] and not pavel.trip.pending[0].is_sent
    group.admit(group.participant, "participant")
    pavel.do(pavel.trip.connected)
    assert pavel.settled().trip.state == snapshot(group, group.viewer)
    assert pavel.row(tea)["title"] == "Tea"
