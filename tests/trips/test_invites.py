"""Invites: nobody joins but by accepting one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.cast import make_person
from wandr.base import utc_now
from wandr.extensions import db
from wandr.trips.models import Invite


@pytest.fixture
def by_link(path, organizer):
    return organizer.post(f"{path}/invites", json={"link": True, "role": "viewer"}, status=201)


@pytest.fixture
def by_mail(path, organizer, outsider):
    return organizer.post(f"{path}/invites", json={"email": outsider.email.upper()}, status=201)


def accept(person, key, **more):
    return person.post(f"/invites/{key}/acceptance", **more)


def test_a_link_lets_in_with_its_role(path, by_link, outsider):
    joined = accept(outsider, by_link["token"], status=200)
    assert joined["role"] == "viewer"
    assert outsider.get(path)["role"] == "viewer"


def test_an_invite_alone_lets_nobody_in(path, by_mail, outsider):
    outsider.get(path, status=404)


def test_its_holder_sees_where_it_leads(client, trip, by_link, organizer):
    told = client.get(f"/api/v1/invites/{by_link['token']}").get_json()
    assert set(told) == {"title", "inviter", "role", "expires_at"}
    assert (told["title"], told["inviter"]) == (trip["title"], organizer.display_name)


def test_the_token_is_told_once_and_mailed(path, by_mail, organizer):
    assert by_mail["token"]
    assert "token" not in str(organizer.get(f"{path}/invites"))


def test_the_verified_address_that_it_names_may_accept_it_by_id(path, by_mail, outsider):
    assert [one["id"] for one in outsider.get("/invites")["items"]] == [by_mail["id"]]
    accept(outsider, by_mail["id"], status=200)
    assert outsider.get(path)["role"] == "participant"
    assert outsider.get("/invites")["items"] == []


def test_an_unverified_address_gains_nothing(app, path, organizer):
    squatter = make_person(app, "Sven", email="sven@example.com", email_verified_at=None)
    invite = organizer.post(f"{path}/invites", json={"email": "sven@example.com"})
    assert squatter.get("/invites")["items"] == []
    accept(squatter, invite["id"], status=404)
    squatter.get(path, status=404)


def test_an_id_is_no_key_for_anybody_else(by_link, by_mail, app, outsider):
    stranger = make_person(app, "Stella")
    accept(stranger, by_mail["id"], status=404)
    accept(outsider, by_link["id"], status=404)


def test_who_accepts_is_told_where_the_trip_is(organizer, outsider, path):
    token = organizer.post(f"{path}/invites", json={"link": True})["token"]
    outsider.post(f"/invites/{token}/acceptance")
    assert outsider.raw.headers["Location"] == f"http://localhost/api/v1{path}"


def test_a_used_up_link_is_over(app, by_link, outsider):
    accept(outsider, by_link["token"], status=200)
    accept(make_person(app, "Stella"), by_link["token"], status=404)


def test_a_link_for_two_lets_in_two(app, path, organizer, outsider):
    wanted = {"link": True, "max_uses": 2}
    token = organizer.post(f"{path}/invites", json=wanted)["token"]
    accept(outsider, token, status=200)
    accept(make_person(app, "Stella"), token, status=200)
    accept(make_person(app, "Third"), token, status=404)


def test_an_expired_one_is_over(client, by_link, outsider):
    db.session.get(Invite, UUID(by_link["id"])).expires_at = utc_now() - timedelta(seconds=1)
    db.session.commit()
    accept(outsider, by_link["token"], status=404)
    assert client.get(f"/api/v1/invites/{by_link['token']}").status_code == 404


def test_one_that_was_taken_back_is_over(path, by_link, organizer, participant, outsider):
    participant.delete(f"{path}/invites/{by_link['id']}", status=403)
    organizer.delete(f"{path}/invites/{by_link['id']}", status=204)
    organizer.delete(f"{path}/invites/{by_link['id']}", status=404)
    accept(outsider, by_link["token"], status=404)


def test_a_member_cannot_accept_again(by_link, participant):
    assert accept(participant, by_link["token"], status=409)["code"] == "already_member"


def test_a_refused_invitation_is_over_a_refused_link_is_not(by_mail, by_link, outsider):
    outsider.post(f"/invites/{by_mail['token']}/refusal", status=204)
    accept(outsider, by_mail["token"], status=404)
    outsider.post(f"/invites/{by_link['token']}/refusal", status=204)
    accept(outsider, by_link["token"], status=200)


def test_the_trash_is_closed_to_invites(path, by_link, organizer, outsider):
    organizer.delete(path)
    accept(outsider, by_link["token"], status=404)


def test_who_may_not_invite_is_refused(path, participant, viewer, outsider):
    participant.post(f"{path}/invites", json={"link": True}, status=403)
    viewer.get(f"{path}/invites", status=403)
    outsider.post(f"{path}/invites", json={"link": True}, status=404)


def test_nobody_invites_above_themselves(path, organizer, participant):
    rights = {"permissions": {"invite": True}}
    organizer.patch(f"{path}/members/{participant.user_id}", json=rights)
    participant.post(f"{path}/invites", json={"link": True, "role": "organizer"}, status=403)
    participant.post(f"{path}/invites", json={"link": True, "role": "participant"}, status=201)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"link": False},
        {"link": True, "email": "a@example.com"},
        {"email": "nonsense"},
        {"email": "a@example.com\r\nBcc: b@example.com"},
        {"email": "a" * 250 + "@example.com"},
        {"link": True, "role": "king"},
        {"link": True, "expires_in_hours": 0},
        {"link": True, "max_uses": 0},
    ],
)
def test_a_wrong_invite_is_refused(path, organizer, body):
    organizer.post(f"{path}/invites", json=body, status=422)


@pytest.mark.parametrize("key", ["x", "unknown id", "%00", "a" * 3000])
def test_an_unknown_token_leads_nowhere(client, outsider, key):
    key = str(uuid4()) if key == "unknown id" else key
    assert client.get(f"/api/v1/invites/{key}").status_code == 404
    accept(outsider, key, status=404)


@pytest.fixture
def link(path, organizer, participant):
    """A way back in, made by a second organizer."""
    member = f"{path}/members/{participant.user_id}"
    organizer.patch(member, json={"role": "organizer"})
    wanted = {"link": True, "role": "organizer", "max_uses": 5}
    return participant.post(f"{path}/invites", json=wanted)["token"]


def test_nobody_comes_back_by_a_link_of_their_own(path, organizer, participant, outsider, link):
    organizer.delete(f"{path}/members/{participant.user_id}")
    for person in (participant, outsider):
        person.post(f"/invites/{link}/acceptance", status=404)
    assert organizer.get(f"{path}/invites")["items"] == []


def test_a_link_is_worth_no_more_than_who_made_it(path, organizer, participant, outsider, link):
    rights = {"role": "participant", "permissions": {"invite": True}}
    low = participant.post(f"{path}/invites", json={"link": True, "role": "viewer"})["token"]
    organizer.patch(f"{path}/members/{participant.user_id}", json=rights)
    outsider.post(f"/invites/{link}/acceptance", status=404)
    outsider.post(f"/invites/{low}/acceptance", status=200)
