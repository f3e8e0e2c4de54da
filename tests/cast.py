"""The fixed cast: an organizer, a participant, a viewer and an outsider, each logged in.

They are written straight into the database (no HTTP, no argon2), with a session and a token.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from wandr.auth.models import AuthSession
from wandr.auth.tokens import access_token
from wandr.base import utc_now
from wandr.extensions import db
from wandr.mail.mailbox import Mail, read_mailbox
from wandr.users.models import User

PASSWORD = "correct horse battery"
UNPREFIXED = ("/api", "/graphql", "/health", "/metrics", "/openapi.json", "/docs")


class FreshClient(FlaskClient):
    """Each request in an application context of its own, as in production, also inside a test's."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@dataclass
class Person:
    """Somebody at a client: speaks HTTP with their own token, and reads the answer."""

    client: FlaskClient
    token: str
    user_id: UUID
    session_id: UUID
    email: str
    display_name: str
    raw: TestResponse | None = None  # the last answer, whole

    def get(self, path: str, **more: Any) -> Any:
        return self.send("GET", path, **more)

    def post(self, path: str, **more: Any) -> Any:
        return self.send("POST", path, **more)

    def patch(self, path: str, **more: Any) -> Any:
        return self.send("PATCH", path, **more)

    def put(self, path: str, **more: Any) -> Any:
        return self.send("PUT", path, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self.send("DELETE", path, **more)

    def send(self, method: str, path: str, *, status: int | None = None, **more: Any) -> Any:
        """The JSON of the answer (its text when it is no JSON, None when it is empty).

        Asserts `status`, by default any success; `.raw` is the whole last answer.
        """
        headers = {"Authorization": f"Bearer {self.token}"} | dict(more.pop("headers", None) or {})
        self.raw = self.client.open(_full(path), method=method, headers=headers, **more)
        told = f"{method} {path} → {self.raw.status_code}: {self.raw.get_data(as_text=True)}"
        assert self.raw.status_code == status if status else self.raw.status_code < 400, told
        if "json" in (self.raw.mimetype or "") and self.raw.data:
            return self.raw.get_json()
        return self.raw.get_data(as_text=True) or None


def make_person(app: Flask, name: str, *, email: str | None = None, **columns: Any) -> Person:
    """A new active user with an open session, committed. Needs an application context."""
    address = email or f"{name.lower().replace(' ', '.')}.{uuid4().hex[:8]}@example.com"
    verified_at = columns.pop("email_verified_at", utc_now())
    user = User(
        email=address,
        email_verified_at=verified_at,
        password_hash="nobody knows this password",
        display_name=name,
        **columns,
    )
    db.session.add(user)
    db.session.flush()
    session = AuthSession(
        user_id=user.id, refresh_hash=uuid4().bytes, expires_at=utc_now() + timedelta(days=30)
    )
    db.session.add(session)
    db.session.commit()
    return Person(
        client=FreshClient(app, app.response_class),
        token=access_token(user.id, session.id),
        user_id=user.id,
        session_id=session.id,
        email=address,
        display_name=name,
    )


@pytest.fixture
def client(app: Flask, rolled_back: Connection) -> FlaskClient:
    """Somebody who is not logged in."""
    return FreshClient(app, app.response_class)


@dataclass(frozen=True)
class Standing:
    """A group that is there for all tests of a process: what each does to it is rolled back."""

    people: dict[str, Person]
    trip: dict[str, Any]


def member_of_cast(request: pytest.FixtureRequest, app: Flask, name: str) -> Person:
    """Of a test about the trip, who is in it; else somebody new, of whom nothing is known yet."""
    if "trip" not in request.fixturenames:
        return make_person(app, name)
    standing: Standing = request.getfixturevalue("standing")
    return replace(standing.people[name], raw=None)


@pytest.fixture
def organizer(app: Flask, rolled_back: Connection, request: pytest.FixtureRequest) -> Person:
    return member_of_cast(request, app, "Olga Organizer")


@pytest.fixture
def participant(app: Flask, rolled_back: Connection, request: pytest.FixtureRequest) -> Person:
    return member_of_cast(request, app, "Pavel Participant")


@pytest.fixture
def viewer(app: Flask, rolled_back: Connection, request: pytest.FixtureRequest) -> Person:
    return member_of_cast(request, app, "Vera Viewer")


@pytest.fixture
def outsider(app: Flask, rolled_back: Connection, request: pytest.FixtureRequest) -> Person:
    return member_of_cast(request, app, "Oscar Outsider")


@pytest.fixture
def mailbox(app: Flask) -> Callable[[], list[Mail]]:
    """Reads the mails that this test has sent, oldest first."""
    shutil.rmtree(app.config["WANDR"].mailbox_dir, ignore_errors=True)

    def read() -> list[Mail]:
        with app.app_context():
            return read_mailbox()

    return read


def register(client: FlaskClient, name: str = "Ada", *, email: str | None = None) -> Person:
    """Somebody new, registered through the front door with `PASSWORD`; `.raw` is the answer."""
    address = email or f"{name.lower()}.{uuid4().hex[:8]}@example.com"
    form = {"email": address, "password": PASSWORD, "display_name": name}
    answer = client.post("/api/v1/auth/register", json=form)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    claims = jwt.decode(answer.json["access_token"], options={"verify_signature": False})
    return Person(
        client=client,
        token=answer.json["access_token"],
        user_id=UUID(claims["sub"]),
        session_id=UUID(claims["sid"]),
        email=address,
        display_name=name,
        raw=answer,
    )


def _full(path: str) -> str:
    return path if path.startswith(UNPREFIXED) else f"/api/v1{path}"
