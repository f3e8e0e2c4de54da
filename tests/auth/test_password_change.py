import pytest

from tests.cast import PASSWORD, register

NEW = "another horse battery"


@pytest.fixture
def ada(client):
    return register(client)


def log_in(client, email, password):
    return client.post("/api/v1/auth/login", json={"email": email, "password": password})


def test_the_new_password_is_good_and_the_old_one_not(client, ada):
    ada.put("/auth/password", json={"current_password": PASSWORD, "password": NEW}, status=204)
    assert log_in(client, ada.email, NEW).status_code == 200
    assert log_in(client, ada.email, PASSWORD).status_code == 401


def test_all_other_sessions_end(client, ada):
    other = log_in(client, ada.email, PASSWORD).json
    ada.put("/auth/password", json={"current_password": PASSWORD, "password": NEW}, status=204)
    ada.get("/users/me", status=200)
    headers = {"Authorization": f"Bearer {other['access_token']}"}
    assert client.get("/api/v1/users/me", headers=headers).status_code == 401
    assert len(ada.get("/auth/sessions")["items"]) == 1


def test_the_current_password_is_needed(client, ada):
    form = {"current_password": "wrong horse battery", "password": NEW}
    body = ada.put("/auth/password", json=form, status=422)
    assert body["code"] == "wrong_password"
    assert list(body["errors"]["json"]) == ["current_password"]
    assert log_in(client, ada.email, PASSWORD).status_code == 200


@pytest.mark.parametrize("password", ["short", "qwertyuiop", "x" * 129])
def test_a_new_password_must_be_a_good_one(ada, password):
    form = {"current_password": PASSWORD, "password": password}
    ada.put("/auth/password", json=form, status=422)


def test_nobody_changes_a_password_without_a_login(client):
    form = {"current_password": PASSWORD, "password": NEW}
    assert client.put("/api/v1/auth/password", json=form).status_code == 401
