import pytest
from sqlalchemy import text

from tests.cast import register
from wandr.extensions import db


def refresh(client, token):
    return client.post("/api/v1/auth/refresh", json={"refresh_token": token})


def let_time_pass():
    db.session.execute(text("UPDATE auth_sessions SET rotated_at = rotated_at - interval '11 s'"))
    db.session.commit()


@pytest.fixture
def ada(client):
    return register(client)


def test_a_refresh_token_gives_a_new_pair(client, ada):
    answer = refresh(client, ada.raw.json["refresh_token"])
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "token_type", "expires_in"}
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert client.get("/api/v1/users/me", headers=headers).status_code == 200
    assert len(ada.get("/auth/sessions")["items"]) == 1


def test_an_access_token_refreshes_nothing(client, ada):
    answer = refresh(client, ada.token)
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_token")


def test_a_duplicate_within_seconds_is_refused_and_harms_nobody(client, ada):
    first = ada.raw.json["refresh_token"]
    second = refresh(client, first).json["refresh_token"]
    raced = refresh(client, first)
    assert (raced.status_code, raced.json["code"]) == (401, "refresh_superseded")
    assert refresh(client, second).status_code == 200


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_after_a_reuse_nothing_of_the_family_is_accepted(client, ada, depth):
    chain = [ada.raw.json]
    for _ in range(depth):
        chain.append(refresh(client, chain[-1]["refresh_token"]).json)
    let_time_pass()
    reused = refresh(client, chain[0]["refresh_token"])
    assert (reused.status_code, reused.json["code"]) == (401, "refresh_reused")
    for pair in chain:
        assert refresh(client, pair["refresh_token"]).status_code == 401
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        assert client.get("/api/v1/users/me", headers=headers).status_code == 401


def test_only_the_immediately_previous_token_counts_as_a_duplicate(client, ada):
    first = ada.raw.json["refresh_token"]
    second = refresh(client, first).json["refresh_token"]
    third = refresh(client, second).json["refresh_token"]
    assert refresh(client, first).json["code"] == "refresh_reused"
    assert refresh(client, third).json["code"] == "session_ended"


def test_a_reuse_ends_that_login_and_no_other(client, ada):
    other = register(client, "Eve")
    first = ada.raw.json["refresh_token"]
    refresh(client, first)
    let_time_pass()
    refresh(client, first)
    assert refresh(client, other.raw.json["refresh_token"]).status_code == 200


def test_after_logout_the_refresh_token_is_refused(client, ada):
    token = ada.raw.json["refresh_token"]
    ada.post("/auth/logout", status=204)
    assert refresh(client, token).json["code"] == "session_ended"


def test_an_expired_session_is_refused(client, ada):
    token = ada.raw.json["refresh_token"]
    db.session.execute(text("UPDATE auth_sessions SET expires_at = now() - interval '1 s'"))
    db.session.commit()
    assert refresh(client, token).json["code"] == "session_ended"
    ada.get("/users/me", status=401)
