from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from tests.cast import PASSWORD, register
from wandr.auth import service
from wandr.auth.sessions import Device
from wandr.errors import Unauthorized
from wandr.extensions import db
from wandr.transaction import atomic
from wandr.users.models import User


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """One entry for each argon2 computation."""
    seen: list[str] = []
    for name in ("hash", "verify"):
        real = getattr(PasswordHasher, name)

        def counted(self, *args, real=real, name=name):
            seen.append(name)
            return real(self, *args)

        monkeypatch.setattr(PasswordHasher, name, counted)
    yield seen


def deactivate(person):
    db.session.execute(update(User).where(User.id == person.user_id).values(is_active=False))
    db.session.commit()


def log_in(client, email, password=PASSWORD):
    return client.post("/api/v1/auth/login", json={"email": email, "password": password})


def test_somebody_logs_in_and_has_a_session_of_their_own(client):
    ada = register(client)
    answer = log_in(client, ada.email.upper())
    assert answer.status_code == 200
    assert answer.json["user"]["id"] == str(ada.user_id)
    assert len(ada.get("/auth/sessions")["items"]) == 2


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client):
    ada = register(client)
    wrong, unknown = log_in(client, ada.email, "wrong horse battery"), log_in(client, "no@no.org")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.headers["WWW-Authenticate"] == unknown.headers["WWW-Authenticate"] == "Bearer"
    told = [{**answer.json, "request_id": None} for answer in (wrong, unknown)]
    assert told[0] == told[1]
    assert told[0]["code"] == "invalid_credentials"


def test_an_inactive_account_is_refused_like_an_unknown_one(client):
    ada = register(client)
    deactivate(ada)
    answer = log_in(client, ada.email)
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_credentials")


def test_deactivation_ends_what_is_open_at_once(client):
    ada = register(client)
    spent = ada.raw.json["refresh_token"]
    ada.get("/users/me", status=200)
    deactivate(ada)
    ada.get("/users/me", status=401)
    ada.patch("/users/me", json={"bio": "still here"}, status=401)
    ada.post("/auth/refresh", json={"refresh_token": spent}, status=401)


def test_every_attempt_to_log_in_computes_exactly_one_hash(client, hashes):
    ada, eve = register(client), register(client, "Eve")
    deactivate(eve)
    attempts = [
        (ada.email, PASSWORD),
        (ada.email, "wrong horse battery"),
        ("nobody@example.com", PASSWORD),
        (eve.email, PASSWORD),
        (eve.email, "wrong horse battery"),
    ]
    for email, password in attempts:
        hashes.clear()
        log_in(client, email, password)
        assert hashes == ["verify"], email


def test_every_registration_computes_exactly_one_hash(client, hashes):
    ada = register(client)
    assert hashes == ["hash"]
    form = {"email": ada.email, "password": PASSWORD, "display_name": "Ada"}
    hashes.clear()
    assert client.post("/api/v1/auth/register", json=form).status_code == 409
    assert hashes == ["hash"]


def test_a_password_changed_between_check_and_login_opens_no_session(client):
    ada = register(client)
    found = service.credentials_of(ada.user_id)
    changed = update(User).where(User.id == ada.user_id).values(password_hash="another")
    db.session.execute(changed)
    db.session.commit()
    with pytest.raises(Unauthorized), atomic():
        service.log_in(found, Device())


def test_the_session_tells_from_where_it_was_opened(client):
    ada = register(client)
    form = {"email": ada.email, "password": PASSWORD}
    headers = {"User-Agent": "Wandr/1.0 " + "x" * 500}
    client.post("/api/v1/auth/login", json=form, headers=headers)
    newest = ada.get("/auth/sessions")["items"][0]
    assert newest["user_agent"].startswith("Wandr/1.0 x") and len(newest["user_agent"]) == 300
    assert newest["address"] == "127.0.0.1"
