"""Limits: each counted, each with its refusal, and none opened by the absence of Redis."""

import os
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from tests.cast import PASSWORD, FreshClient, make_person, register
from tests.conftest import settings_for
from wandr import create_app
from wandr.auth import limits
from wandr.devstack import EmbeddedServers
from wandr.extensions import db

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def still_clock(monkeypatch):
    """A clock that stands in the middle of a window, so that no window ends during a test."""
    now = [1_800_000_010.0]
    monkeypatch.setattr(limits.time, "time", lambda: now[0])
    return now


@pytest.fixture
def limited_app(committed_db, servers, still_clock):
    """Applications over one database, their limits small; each is a process of its own."""
    made = []

    def make(redis_url=servers.redis_url, **more):
        more = {"RATELIMIT_ENABLED": "1", "DATABASE_URL": committed_db} | more
        settings = settings_for(committed_db, redis_url, **more)
        app = create_app(settings)
        made.append(app)
        return app

    Redis.from_url(servers.redis_url).flushdb()
    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


def log_in(client, email="nobody@example.com", address="192.0.2.1", password="wrong password"):
    form = {"email": email, "password": password}
    where = {"REMOTE_ADDR": address}
    return client.post("/api/v1/auth/login", json=form, environ_base=where)


def test_an_account_is_tried_ten_times_a_minute_from_anywhere(limited_app, still_clock):
    client = limited_app().test_client()
    ada = register(client)
    statuses = [log_in(client, ada.email, f"192.0.2.{n}").status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    right = log_in(client, ada.email, "198.51.100.1", PASSWORD)
    assert right.status_code == 429
    still_clock[0] += 60
    assert log_in(client, ada.email, "198.51.100.1", PASSWORD).status_code == 200


def test_an_address_tries_ten_times_a_minute_whatever_account(limited_app):
    client = limited_app().test_client()
    statuses = [log_in(client, f"n{n}@example.com").status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert log_in(client, "n1@example.com", "192.0.2.9").status_code == 401


def test_the_refusal_is_a_problem_and_says_when_to_come_back(limited_app):
    client = limited_app(LOGIN_LIMIT_PER_MINUTE="1").test_client()
    log_in(client)
    refusal = log_in(client)
    assert (refusal.status_code, refusal.json["code"]) == (429, "rate_limited")
    assert refusal.mimetype == "application/problem+json"
    assert refusal.headers["Retry-After"] == "50"


def test_a_household_of_ipv6_is_one_address(limited_app):
    client = limited_app(LOGIN_LIMIT_PER_MINUTE="1").test_client()
    assert log_in(client, "a@example.com", "2001:db8:1:2::1").status_code == 401
    assert log_in(client, "b@example.com", "2001:db8:1:2:3::4").status_code == 429
    assert log_in(client, "c@example.com", "2001:db8:1:3::1").status_code == 401


def test_all_processes_count_together(limited_app):
    clients = [limited_app().test_client() for _ in range(2)]
    statuses = [log_in(clients[n % 2]).status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2


def test_registrations_are_counted_by_address(limited_app):
    client = limited_app(REGISTER_LIMIT_PER_HOUR="2").test_client()
    for name in ("Ada", "Eve"):
        register(client, name)
    form = {"email": "x@example.com", "password": PASSWORD, "display_name": "X"}
    assert client.post("/api/v1/auth/register", json=form).status_code == 429


def test_mails_asked_for_are_counted_by_account(limited_app):
    client = limited_app(REGISTER_LIMIT_PER_HOUR="2").test_client()
    statuses = []
    for number in range(3):
        answer = client.post(
            "/api/v1/auth/password/forgot",
            json={"email": "ada@example.com"},
            environ_base={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
        statuses.append(answer.status_code)
    assert statuses == [202, 202, 429]


def test_repeating_ones_password_is_counted_as_a_login(limited_app):
    client = limited_app(LOGIN_LIMIT_PER_MINUTE="2").test_client()
    ada = register(client)
    form = {"current_password": "wrong horse battery", "password": "another horse battery"}
    for status in (422, 422, 429):
        ada.put("/auth/password", json=form, status=status)


def test_requests_are_counted_by_user(limited_app):
    app = limited_app(REQUEST_LIMIT_PER_MINUTE="5")
    with app.app_context():
        ada, eve = make_person(app, "Ada"), make_person(app, "Eve")
        for status in [200] * 5 + [429] * 2:
            ada.get("/users/me", status=status)
        assert ada.raw.headers["Retry-After"] == "50"
        eve.get("/users/me", status=200)


def test_questions_by_graphql_are_counted_with_them(limited_app):
    app = limited_app(REQUEST_LIMIT_PER_MINUTE="3")
    with app.app_context():
        ada = make_person(app, "Ada")
        ada.get("/users/me", status=200)
        for status in (200, 200, 429):
            ada.post("/graphql", json={"query": "{ me { id } }"}, status=status)


def test_a_question_counts_as_often_as_it_asks(limited_app):
    """However it is written: with other names, or by fragments within fragments."""
    app = limited_app(REQUEST_LIMIT_PER_MINUTE="10")
    with app.app_context():
        ada = make_person(app, "Ada")
        hidden = "query { ...A ...B } fragment A on Query { a: me { id } } fragment B on Query { ...A ... { b: me { id } } }"
        mutation = 'mutation { a: updateMe(input: {displayName: "Ada"}) { id } b: updateMe(input: {displayName: "Eve"}) { id } }'
        for query in (hidden, hidden, "{ a: me { id } b: me { id } c: me { id } d: me { id } }"):
            assert "errors" not in ada.post("/graphql", json={"query": query})
        ada.get("/users/me", status=200)
        refused = ada.post("/graphql", json={"query": mutation})
        assert [one["extensions"]["code"] for one in refused["errors"]] == ["rate_limited"]
        assert "data" not in refused
        ada.get("/users/me", status=429)


def test_a_forged_token_spends_its_senders_requests_and_nobody_elses(limited_app):
    app = limited_app(REQUEST_LIMIT_PER_MINUTE="5")
    with app.app_context():
        ada = make_person(app, "Ada")
        forged = {"Authorization": f"Bearer {ada.token[:-6]}AAAAAA"}
        client = FreshClient(app)
        statuses = [client.get("/api/v1/users/me", headers=forged).status_code for _ in range(7)]
        assert statuses == [401] * 5 + [429] * 2
        ada.get("/users/me", status=200)


def test_the_general_limit_asks_neither_redis_nor_the_database(limited_app):
    """Redis is not there, and a bad token is told apart without the database."""
    app = limited_app(
        NOWHERE, REQUEST_LIMIT_PER_MINUTE="5", DATABASE_URL="postgresql://127.0.0.1:1/x"
    )
    statuses = [app.test_client().get("/api/v1/users/me").status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2


def test_health_and_preflight_are_not_counted(limited_app):
    client = limited_app(REQUEST_LIMIT_PER_MINUTE="1").test_client()
    for _ in range(3):
        assert client.get("/health").status_code == 200
        assert client.options("/api/v1/users/me").status_code == 200


def test_limits_can_be_switched_off(limited_app):
    client = limited_app(
        RATELIMIT_ENABLED="0", LOGIN_LIMIT_PER_MINUTE="1", REQUEST_LIMIT_PER_MINUTE="1"
    ).test_client()
    assert [log_in(client).status_code for _ in range(5)] == [401] * 5


def test_without_redis_the_same_limit_holds_per_process(limited_app):
    client = limited_app(NOWHERE).test_client()
    assert [log_in(client).status_code for _ in range(12)] == [401] * 10 + [429] * 2


def test_without_redis_many_at_once_are_limited_and_none_fails(limited_app):
    app = limited_app(NOWHERE)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: log_in(app.test_client()).status_code, range(40)))
    assert sorted(answers) == [401] * 10 + [429] * 30


def test_a_flushed_redis_opens_nothing_in_a_process_that_has_counted(limited_app, servers):
    client = limited_app().test_client()
    assert [log_in(client).status_code for _ in range(10)] == [401] * 10
    Redis.from_url(servers.redis_url).flushdb()
    assert log_in(client).status_code == 429


def test_a_frozen_redis_costs_half_a_second_once(limited_app):
    with (
        tempfile.TemporaryDirectory(prefix="wandr-test-") as folder,
        EmbeddedServers(Path(folder), durable=False, postgres=False) as valkey,
    ):
        client = limited_app(valkey.redis_url).test_client()
        register(client)
        process_id = int(Redis.from_url(valkey.redis_url).info("server")["process_id"])
        os.kill(process_id, signal.SIGSTOP)
        try:
            began = time.perf_counter()
            statuses = [log_in(client).status_code for _ in range(12)]
            took = time.perf_counter() - began
        finally:
            os.kill(process_id, signal.SIGCONT)
    assert statuses == [401] * 10 + [429] * 2
    assert took < 2
