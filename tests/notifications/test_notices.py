"""Who is told what of a trip: everybody whom it concerns, once, and never of their own deeds."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.ai.conftest import Scripted, create
from tests.cast import make_person
from tests.group import join
from tests.statements import counted
from wandr.ai.attempts import run_attempt
from wandr.ai.models import Proposal
from wandr.extensions import db
from wandr.notifications import telling
from wandr.notifications.conflicts import bookers_of
from wandr.notifications.models import Notification, NotificationCursor
from wandr.notifications.noticer import Noticer
from wandr.notifications.service import forget_told_long_ago
from wandr.outbox import Outbox
from wandr.transaction import atomic


def plan(person, group, title, **fields):
    return person.post(f"{group.path}/activities", json={"title": title, **fields})


def propose(group) -> str:
    """Have the assistant answer Pavel; the id of its proposal."""
    asked = {"kind": "plan_trip", "prompt": "x"}
    made = group.pavel.post(f"{group.path}/ai/requests", json=asked)
    run_attempt(UUID(made["id"]), 1, Scripted(create()))
    return str(
        db.session.scalar(select(Proposal.id).where(Proposal.request_id == UUID(made["id"])))
    )


def tell_answers() -> int:
    with atomic():
        return len(telling.tell_answers(lambda trip_id: set()))


def test_others_are_told_what_somebody_changed_and_the_author_is_not(group, heard):
    plan(group.pavel, group, "Tea")
    plan(group.pavel, group, "Cake")
    assert group.tell() == 2
    assert heard(group.olga) == heard(group.vera) == [
        ("changes", "“Kyoto in spring”: Pavel Participant added “Tea” and “Cake”."),
    ]  # fmt: skip
    assert heard(group.pavel) == heard(group.oscar) == []


def test_nobody_is_told_twice(group, heard):
    plan(group.pavel, group, "Tea")
    group.tell()
    assert group.tell() == 0
    with atomic():  # as if the worker had died before it said that it was done
        db.session.query(NotificationCursor).update({"seq": NotificationCursor.seq - 1})
    assert group.tell() == 0
    assert len(heard(group.olga)) == 1


def test_who_is_live_in_the_trip_sees_it_happen_and_is_not_told(group, heard):
    plan(group.pavel, group, "Tea")
    group.tell(group.olga)
    assert heard(group.olga) == [] and len(heard(group.vera)) == 1


def test_several_people_are_told_of_in_one(group, heard):
    plan(group.pavel, group, "Tea")
    plan(group.olga, group, "Cake")
    group.tell()
    ((_, text),) = heard(group.vera)
    assert "Pavel Participant added “Tea”." in text and "Olga Organizer added “Cake”." in text
    assert "Tea" not in heard(group.pavel)[0][1]


def test_comings_goings_and_roles(group, heard):
    join(group.trip_id, group.olga, group.oscar, "viewer")
    group.olga.patch(f"{group.path}/members/{group.vera.user_id}", json={"role": "participant"})
    group.olga.delete(f"{group.path}/members/{group.oscar.user_id}")
    group.pavel.delete(f"{group.path}/members/{group.pavel.user_id}")
    group.tell()
    assert heard(group.vera) == [("role_changed", "You are participant in “Kyoto in spring” now.")]
    assert heard(group.oscar) == [("removed", "You are no longer in “Kyoto in spring”.")]
    assert heard(group.olga) == [
        ("joined", "Oscar Outsider has joined “Kyoto in spring”."),
        ("left", "Somebody has left “Kyoto in spring”."),
    ]
    assert heard(group.pavel) == []


def test_who_comes_in_hears_only_of_what_comes_later(group, heard):
    plan(group.olga, group, "Before")
    join(group.trip_id, group.olga, group.oscar, "viewer")
    plan(group.olga, group, "After")
    group.tell()
    ((_, text),) = heard(group.oscar)
    assert "After" in text and "Before" not in text


def test_a_name_behind_an_at_is_told_once_and_to_its_bearer(group, heard):
    made = plan(group.pavel, group, "Tea", notes="@vera viewer, and @Pavel Participant: bring cake")
    group.tell()
    told = ("mentioned", "Pavel Participant mentions you in “Tea” (“Kyoto in spring”).")
    assert told in heard(group.vera)
    assert [kind for kind, _ in heard(group.pavel)] == []
    group.pavel.patch(f"{group.path}/activities/{made['id']}", json={"notes": "@Vera Viewer again"})
    group.pavel.patch(group.path, json={"title": "x"}, status=403)
    group.tell()
    assert [kind for kind, _ in heard(group.vera)].count("mentioned") == 1
    group.olga.patch(group.path, json={"notes": "Ask @Vera Viewerson, not @Pavel Participant!"})
    group.tell()
    assert [kind for kind, _ in heard(group.pavel)] == ["mentioned", "changes"]
    assert [kind for kind, _ in heard(group.vera)].count("mentioned") == 1


def test_what_somebody_booked_and_others_spoil_is_told_to_them(group, heard):
    booked = plan(
        group.pavel,
        group,
        "Opera",
        day="2027-04-02",
        start_time="19:00",
        end_time="21:00",
        timezone="Asia/Tokyo",
        status="booked",
    )
    group.tell()
    group.olga.post("/notifications/read")
    plan(
        group.olga,
        group,
        "Dinner",
        day="2027-04-02",
        start_time="20:00",
        end_time="22:00",
        timezone="Asia/Tokyo",
    )
    group.tell()
    ((_, text),) = [one for one in heard(group.pavel) if one[0] == "booking_conflict"]
    assert "Opera" in text and "Dinner" in text
    assert [kind for kind, _ in heard(group.olga)] == []
    group.pavel.patch(f"{group.path}/activities/{booked['id']}", json={"end_time": "21:30"})
    group.tell()
    assert [kind for kind, _ in heard(group.pavel)].count("booking_conflict") == 1


def test_a_trip_in_the_trash_tells_nothing(group, heard):
    plan(group.pavel, group, "Tea")
    group.olga.delete(group.path)
    assert group.tell() == 0


def test_an_invite_is_told_to_who_has_proved_the_address(group, heard, committed_app):
    unproved = make_person(committed_app, "Una", email_verified_at=None)
    for person in (group.oscar, unproved):
        group.olga.post(f"{group.path}/invites", json={"email": person.email, "role": "viewer"})
    assert heard(group.oscar) == [("invited", "You are invited to “Kyoto in spring” as viewer.")]
    assert heard(unproved) == []


def test_an_answer_is_told_to_who_asked_and_a_proposal_to_who_may_decide(group, heard):
    propose(group)
    assert [tell_answers() for _ in range(2)] == [2, 0]
    assert heard(group.pavel) == [("ai_done", "The assistant has answered in “Kyoto in spring”.")]
    assert heard(group.olga) == [
        ("proposal_waiting", "The assistant has a proposal for “Kyoto in spring”.")
    ]
    assert heard(group.vera) == []


def test_of_an_answer_nobody_hears_who_is_no_longer_in_the_trip(group, heard):
    propose(group)
    group.olga.delete(f"{group.path}/members/{group.pavel.user_id}")
    group.olga.patch(group.path, json={"title": "Secret"})
    assert tell_answers() == 0


def test_of_answers_in_the_trash_and_of_decided_proposals_nobody_hears(group, heard):
    group.pavel.post(f"/proposals/{propose(group)}/refusal")
    assert tell_answers() == 1
    assert [kind for kind, _ in heard(group.pavel)] == ["ai_done"] and heard(group.olga) == []
    propose(group)
    group.olga.delete(group.path)
    assert tell_answers() == 0


def test_an_organizer_hears_of_nobody_who_joined_before_them(group, heard, committed_app):
    omar = make_person(committed_app, "Omar")
    join(group.trip_id, group.olga, group.oscar, "viewer")
    join(group.trip_id, group.olga, omar, "organizer")
    group.tell()
    assert [kind for kind, _ in heard(omar)] == []
    assert [kind for kind, _ in heard(group.olga)] == ["joined", "joined"]


def test_who_booked_what_is_one_statement_however_much_is_booked(group):
    booked = {
        "day": "2027-04-02",
        "start_time": "09:00",
        "timezone": "Asia/Tokyo",
        "status": "booked",
    }
    costs = []
    for titles in (["A"], [f"B{n}" for n in range(9)]):
        for title in titles:
            plan(group.pavel, group, title, **booked)
        with counted(db.engine) as seen:
            found = bookers_of(UUID(group.trip_id))
        costs.append((len(found), len(seen)))
    assert costs == [(1, 1), (10, 1)]
    assert {who for _, who in bookers_of(UUID(group.trip_id))} == {group.pavel.user_id}


def test_what_is_old_is_forgotten(group, heard):
    plan(group.pavel, group, "Tea")
    group.tell()
    with atomic():
        old = Notification.created_at - timedelta(days=181)
        db.session.query(Notification).filter_by(user_id=group.vera.user_id).update(
            {"created_at": old}
        )
        forget_told_long_ago()
    assert heard(group.vera) == [] and len(heard(group.olga)) == 1


def test_the_noticer_waits_until_a_trip_rests_and_asks_again_for_what_was_lost(group):
    def asked():
        return [row.args[0] for row in db.session.query(Outbox).filter_by(task="tell_trip")]

    before = len(asked())
    plan(group.pavel, group, "Tea")
    Noticer().step()
    assert len(asked()) == before  # it may be the first of many
    Noticer(quiet=timedelta(0)).step()
    assert asked()[before:] == [group.trip_id]
    Noticer(quiet=timedelta(0)).step()
    assert len(asked()) == before + 1
    with atomic():
        db.session.query(NotificationCursor).update(
            {"asked_at": NotificationCursor.asked_at - timedelta(minutes=2)}
        )
    Noticer(quiet=timedelta(0)).step()
    assert asked()[before:] == [group.trip_id] * 2


def test_changes_from_before_the_first_look_are_told_to_nobody(committed_app, heard):
    ada, bob = make_person(committed_app, "Ada"), make_person(committed_app, "Bob")
    made = ada.post("/trips", json={"title": "Old"})
    join(made["id"], ada, bob, "participant")
    with atomic():
        db.session.execute(db.text("UPDATE trip_changes SET at = at - interval '1 day'"))
    Noticer(quiet=timedelta(0)).step()
    ada.post(f"/trips/{made['id']}/activities", json={"title": "New"})
    Noticer(quiet=timedelta(0)).step()
    with atomic():
        telling.tell_trip(UUID(made["id"]), set())
    ((kind, text),) = heard(bob)
    assert kind == "changes" and "New" in text


def test_an_unknown_trip_is_no_failure(committed_app):
    with atomic():
        assert telling.tell_trip(uuid4(), set()) == []


@pytest.mark.parametrize("many", [600])
def test_a_long_stretch_is_told_in_parts(group, heard, many):
    ops = [
        {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": f"A{n}"}}
        for n in range(100)
    ]
    for _ in range(3):
        group.pavel.post(
            f"{group.path}/changes",
            json={"mutation_id": str(uuid4()), "ops": [{**op, "id": str(uuid4())} for op in ops]},
        )
    assert group.tell() == 2
    assert "and 297 more" in heard(group.olga)[0][1]
