"""Who is removed hears nothing from then on, and a new role is told at once."""

from __future__ import annotations

from threading import Thread

from tests.realtime.device import create
from tests.realtime.server import wait_until
from wandr.extensions import db
from wandr.transaction import atomic
from wandr.trips.members import change_member, remove_member


def remove(group, person) -> int:
    """Take somebody out, as the organizer; the seq of it."""
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, person.user_id)
    return head_of(group)


def head_of(group) -> int:
    return db.session.execute(
        db.text("SELECT seq FROM trips WHERE id = :id"), {"id": group.trip_id}
    ).scalar_one()


def test_the_removed_hears_so_and_nothing_more(group, device, everywhere) -> None:
    olga, pavels = device(group.organizer), everywhere(group.participant)
    for one in (olga, *pavels):
        one.join(group.trip_id)
    removed_at = remove(group, group.participant)
    olga.mutate(group.trip_id, create())
    olga.wait_for_seq(removed_at + 1)
    for pavel in pavels:
        assert pavel.wait_for("trip:revoked") == {"trip_id": str(group.trip_id)}
        assert all(seq < removed_at for seq in pavel.seqs())
        assert pavel.join(group.trip_id)["error"]["code"] == "not_found"
        assert pavel.mutate(group.trip_id, create())["error"]["code"] == "not_found"
        assert pavel.events("trip:head") == []
    assert olga.events("trip:revoked") == []


def test_a_new_role_is_told_to_its_member_alone(group, device) -> None:
    olga, vera = device(group.organizer), device(group.viewer)
    for one in (olga, vera):
        one.join(group.trip_id)
    refused = vera.mutate(group.trip_id, create())
    assert refused["results"][0]["error"]["code"] == "forbidden"
    with atomic():
        change_member(
            group.trip_id, group.organizer.user_id, group.viewer.user_id, {"role": "participant"}
        )
    told = {"trip_id": str(group.trip_id), "role": "participant"}
    assert vera.wait_for("trip:role") == told
    olga.wait_for_seq(head_of(group))
    assert vera.mutate(group.trip_id, create())["results"][0]["status"] == "applied"
    assert olga.events("trip:role") == []


def test_who_comes_back_is_let_in_again(group, device) -> None:
    pavel = device(group.participant)
    pavel.join(group.trip_id)
    remove(group, group.participant)
    pavel.wait_for("trip:revoked")
    group.admit(group.participant, "viewer")
    assert pavel.join(group.trip_id)["role"] == "viewer"


def test_a_join_that_races_a_removal_loses(group, device) -> None:
    """Join over and over while being removed: whatever was heard is older than the removal."""
    pavel, olga = device(group.participant), device(group.organizer)
    heads: list[int] = []

    def keep_joining() -> None:
        while (told := pavel.join(group.trip_id, since=0))["ok"]:
            heads.append(told["head"])

    joining = Thread(target=keep_joining)
    joining.start()
    wait_until(lambda: len(heads) > 3)
    removed_at = remove(group, group.participant)
    for _ in range(5):
        olga.mutate(group.trip_id, create())
    joining.join(10)
    assert not joining.is_alive()
    assert max(heads) < removed_at
    assert all(seq < removed_at for seq in pavel.seqs())
