"""Notifications as mails: now, in a digest in the person's morning, or not; and how they end."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from structlog.testing import capture_logs

from tests.cast import FreshClient
from tests.notifications.test_notices import plan, propose
from wandr.extensions import db
from wandr.mail.mailbox import read_mailbox
from wandr.notifications import telling
from wandr.notifications.letters import read_token, token_of
from wandr.notifications.models import Notification
from wandr.transaction import atomic
from wandr.trips.models import Trip
from wandr.users.models import User


@pytest.fixture
def mails(committed_app, mailbox):
    """The mails to somebody, oldest first."""

    def mails(person):
        return [one for one in read_mailbox() if one.to == person.email]

    return mails


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def pass_time(text: str) -> int:
    with atomic():
        return len(telling.tell_times(at(text)))


def test_what_matters_is_mailed_at_once(group, mails):
    plan(group.pavel, group, "Tea", notes="@Vera Viewer <b>bring</b> cake")
    group.tell()
    (mail,) = mails(group.vera)
    assert mail.subject == "Pavel Participant mentions you in “Tea” (“Kyoto in spring”)."
    assert mails(group.olga) == []


def test_who_is_live_gets_no_mail_and_is_told_all_the_same(group, mails, heard):
    plan(group.pavel, group, "Tea", notes="@Vera Viewer")
    group.tell(group.vera)
    assert mails(group.vera) == [] and [kind for kind, _ in heard(group.vera)] == ["mentioned"]


def test_an_address_that_is_not_proved_gets_no_mail(group, mails, heard, committed_app):
    with atomic():
        db.session.execute(db.text("UPDATE users SET email_verified_at = NULL"))
    plan(group.pavel, group, "Tea", notes="@Vera Viewer")
    group.tell()
    assert mails(group.vera) == [] and "mentioned" in [kind for kind, _ in heard(group.vera)]


def test_the_rest_comes_once_a_day_in_the_morning_where_the_person_is(group, mails):
    group.olga.patch("/users/me", json={"timezone": "Asia/Tokyo"})
    with atomic():
        db.session.query(Notification).delete()
    for title in ("Tea", "Cake"):
        plan(group.pavel, group, title)
        group.tell()
    pass_time("2027-02-01T22:30:00")  # 07:30 in Tokyo
    assert mails(group.olga) == []
    pass_time("2027-02-01T23:30:00")  # 08:30
    pass_time("2027-02-02T00:30:00")
    (mail,) = mails(group.olga)
    assert mail.subject == "2 things happened in your trips"
    assert "added “Tea”" in mail.text and "added “Cake”" in mail.text
    assert len(mails(group.vera)) == 1  # where she is the day was over at half past ten
    plan(group.pavel, group, "Walk")
    group.tell()
    pass_time("2027-02-02T02:00:00")
    assert len(mails(group.olga)) == 1
    pass_time("2027-02-02T23:30:00")
    assert [one.subject for one in mails(group.olga)][1:] == [
        "“Kyoto in spring”: Pavel Participant added “Walk”."
    ]


def test_what_was_read_in_the_app_is_in_no_digest(group, mails):
    plan(group.pavel, group, "Tea")
    group.tell()
    group.olga.post("/notifications/read")
    pass_time("2027-02-02T12:00:00")
    assert mails(group.olga) == [] and len(mails(group.vera)) == 1


def test_a_preference_decides(group, mails, heard):
    told = group.vera.patch(
        "/notifications/preferences",
        json={"changes": {"mail": "now"}, "mentioned": {"in_app": False, "mail": "off"}},
    )
    assert told["changes"] == {"in_app": True, "mail": "now"}
    assert told["mentioned"] == {"in_app": False, "mail": "off"}
    assert told["removed"] == {"in_app": True, "mail": "now"}
    plan(group.pavel, group, "Tea", notes="@Vera Viewer")
    group.tell()
    assert [kind for kind, _ in heard(group.vera)] == ["changes"]
    assert len(mails(group.vera)) == 1
    group.vera.patch("/notifications/preferences", json={"changes": {"mail": "weekly"}}, status=422)
    group.vera.patch("/notifications/preferences", json={"gossip": {}}, status=422)


def test_a_preference_ends_what_waits_for_a_digest(group, mails):
    plan(group.pavel, group, "Tea")
    group.tell()
    group.vera.patch("/notifications/preferences", json={"changes": {"mail": "off"}})
    pass_time("2027-02-02T12:00:00")
    assert mails(group.vera) == [] and len(mails(group.olga)) == 1


def test_a_digest_tells_nothing_of_a_trip_that_is_no_longer_ones_own(group, mails):
    group.vera.patch("/notifications/preferences", json={"removed": {"mail": "daily"}})
    plan(group.pavel, group, "Tea")
    group.tell()
    group.olga.delete(f"{group.path}/members/{group.vera.user_id}")
    group.tell()
    pass_time("2027-02-02T12:00:00")
    (mail,) = mails(group.vera)
    assert mail.subject == "You are no longer in “Kyoto in spring”."


def test_a_digest_tells_nothing_of_the_trash(group, mails):
    plan(group.pavel, group, "Tea")
    group.tell()
    group.olga.delete(group.path)
    pass_time("2027-02-02T12:00:00")
    assert mails(group.olga) == mails(group.vera) == []


def test_a_digest_tells_of_no_proposal_that_is_decided(group, mails):
    proposal = propose(group)
    with atomic():
        telling.tell_answers(lambda trip_id: set())
    group.pavel.post(f"/proposals/{proposal}/refusal")
    pass_time("2027-02-02T12:00:00")
    assert mails(group.olga) == []


def test_an_address_that_no_letter_can_bear_stops_nobody_elses(group, mails):
    with atomic():
        bad = "=?utf-8?q?x?=@example.com"  # taken in former times
        db.session.query(User).filter_by(id=group.vera.user_id).update({"email": bad})
    plan(group.pavel, group, "Tea", notes="@Vera Viewer and @Olga Organizer")
    with capture_logs() as logs:
        group.tell()
        plan(group.pavel, group, "Cake")
        group.tell()
        pass_time("2027-02-02T12:00:00")
    assert len(mails(group.olga)) == 2
    assert [one["event"] for one in logs].count("letter_not_written") == 2


def test_a_link_in_the_mail_ends_them_without_logging_in(group, mails, committed_app):
    plan(group.pavel, group, "Tea", notes="@Vera Viewer")
    group.tell()
    link = re.search(
        r"http://localhost:8000(/api/v1/notifications/unsubscribe/\S+)", mails(group.vera)[0].text
    )[1]
    client = FreshClient(committed_app, committed_app.response_class)
    page = client.get(link)
    assert (
        '<form method="post">' in page.text
        and "form-action 'self'" in page.headers["Content-Security-Policy"]
    )
    assert (
        group.vera.get("/notifications/preferences")["mentioned"]["mail"] == "now"
    )  # only looked at
    one_click = {
        "data": "List-Unsubscribe=One-Click",
        "content_type": "application/x-www-form-urlencoded",
    }
    assert client.post(link, **one_click).status_code == 200
    assert group.vera.get("/notifications/preferences")["mentioned"]["mail"] == "off"
    plan(group.pavel, group, "Cake", notes="@Vera Viewer")
    group.tell()
    assert len(mails(group.vera)) == 1
    assert client.post(link[:-3] + "abc").status_code == 404


def test_a_digest_ends_as_a_whole(group, mails, committed_app):
    for title in ("Tea", "Cake"):
        plan(group.pavel, group, title)
        group.tell()
    pass_time("2027-02-02T12:00:00")
    link = re.search(r"http://localhost:8000(\S+)", mails(group.olga)[0].text)[1]
    plan(group.pavel, group, "Walk")
    group.tell()
    client = FreshClient(committed_app, committed_app.response_class)
    assert client.post(link).status_code == 200
    pass_time("2027-02-03T12:00:00")
    assert len(mails(group.olga)) == 1
    assert {how["mail"] for how in group.olga.get("/notifications/preferences").values()} == {
        "now",
        "off",
    }


def test_a_token_says_whose_and_what_and_cannot_be_made(committed_app, group):
    token = token_of(group.vera.user_id, "changes")
    assert read_token(token) == (group.vera.user_id, "changes")
    client = FreshClient(committed_app, committed_app.response_class)
    for bad in (token_of(group.vera.user_id, "gossip"), token + "x", "x", "%00"):
        assert client.get(f"/api/v1/notifications/unsubscribe/{bad}").status_code == 404


@pytest.mark.parametrize(
    ("zone", "now", "told"),
    [
        (None, "2027-03-25T00:00:00", ["“Kyoto in spring” starts in 7 days."]),  # 09:00 in Tokyo, the trip's zone
        (None, "2027-03-24T22:00:00", []),
        ("America/New_York", "2027-03-25T12:30:00", ["“Kyoto in spring” starts in 7 days."]),
        ("America/New_York", "2027-03-25T11:30:00", []),
        (None, "2027-03-31T00:30:00", ["“Kyoto in spring” starts tomorrow."]),
        (None, "2027-03-28T12:00:00", []),
        (None, "2027-04-01T12:00:00", []),
    ],
)  # fmt: skip
def test_a_trip_that_starts_is_told_in_the_morning_and_once(group, heard, zone, now, told):
    group.vera.patch("/users/me", json={"timezone": zone})
    pass_time(now)
    pass_time(now)
    assert [text for kind, text in heard(group.vera)] == told


def test_a_zone_that_is_none_keeps_nobody_from_being_told(group, heard, mails):
    plan(group.pavel, group, "Tea")
    group.tell()
    with atomic():
        db.session.query(User).filter_by(id=group.vera.user_id).update({"timezone": "Mars/Base"})
        db.session.query(Trip).update({"timezone": "Mars/Base"})
    pass_time("2027-03-31T09:00:00")
    for person in (group.vera, group.olga):
        assert ("trip_starts", "“Kyoto in spring” starts tomorrow.") in heard(person)
        assert len(mails(person)) >= 1


def test_a_trip_that_is_off_reminds_of_nothing(group, heard):
    with atomic():
        db.session.query(Trip).update({"status": "cancelled"})
    assert pass_time("2027-03-31T00:30:00") == 0
    with atomic():
        db.session.query(Trip).update(
            {"status": "planning", "start_date": date(2028, 1, 1), "end_date": date(2028, 1, 2)}
        )
    assert pass_time("2027-03-31T00:30:00") == 0
