import pytest
from sqlalchemy import text

from tests.cast import PASSWORD, register
from tests.group import join
from wandr.extensions import db
from wandr.users import service


@pytest.fixture
def ada(client):
    return register(client)


def close(person, password=PASSWORD, **more):
    return person.delete("/users/me", json={"password": password}, **more)


def log_in(client, email):
    form = {"email": email, "password": PASSWORD}
    return client.post("/api/v1/auth/login", json=form).status_code


def test_a_closed_account_lets_nobody_in(client, ada):
    refresh_token = ada.raw.json["refresh_token"]
    close(ada, status=204)
    ada.get("/users/me", status=401)
    ada.post("/auth/refresh", json={"refresh_token": refresh_token}, status=401)
    assert log_in(client, ada.email) == 401


def test_the_password_is_needed(client, ada):
    assert close(ada, "wrong horse battery", status=422)["code"] == "wrong_password"
    ada.delete("/users/me", status=400)
    ada.delete("/users/me", json={}, status=422)
    assert log_in(client, ada.email) == 200


def test_nothing_personal_is_left(ada):
    ada.patch("/users/me", json={"bio": "Counts.", "locale": "en-GB", "currency": "GBP"})
    close(ada)
    row = db.session.execute(
        text("SELECT users::text FROM users WHERE id = :id"), {"id": ada.user_id}
    ).scalar_one()
    assert "Deleted user" in row
    for trace in ("Ada", "example.com", "Counts.", "en-GB", "GBP", "argon2"):
        assert trace not in row, trace


def test_where_somebody_logged_in_from_is_forgotten_too(ada):
    close(ada)
    left = text("SELECT count(*) FROM auth_sessions WHERE user_id = :id")
    assert db.session.execute(left, {"id": ada.user_id}).scalar_one() == 0


def test_mailed_tokens_die_with_the_account(client, ada, mailbox):
    client.post("/api/v1/auth/password/forgot", json={"email": ada.email})
    token = mailbox()[-1].text.split()[-1]
    close(ada)
    form = {"token": token, "password": "another horse battery"}
    assert client.post("/api/v1/auth/password/reset", json=form).status_code == 422


def test_the_address_is_free_again(client, ada):
    close(ada)
    again = register(client, email=ada.email)
    assert again.user_id != ada.user_id


def test_whoever_asked_to_know_is_told(ada, monkeypatch):
    told = []
    monkeypatch.setattr(service, "on_account_closed", [lambda user_id: told.append(user_id)])
    names = [lambda user_id, name: told.append((user_id, name))]
    monkeypatch.setattr(service, "on_profile_changed", names)
    close(ada)
    assert told == [(ada.user_id, "Deleted user"), ada.user_id]


def test_the_name_does_not_wait_in_the_trash(ada, organizer):
    trip = organizer.post("/trips", json={"title": "Shared"})
    join(trip["id"], organizer, ada, "participant")
    organizer.delete(f"/trips/{trip['id']}")
    close(ada)
    organizer.post(f"/trips/{trip['id']}/restoration")
    members = organizer.get(f"/trips/{trip['id']}/members")["items"]
    assert [one["display_name"] for one in members] == [organizer.display_name]
