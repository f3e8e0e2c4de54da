import pytest

from tests.cast import PASSWORD, register
from wandr.auth.passwords import COMMON

FORM = {"email": "ada@example.com", "password": PASSWORD, "display_name": "Ada"}


def test_somebody_registers_and_is_logged_in(client):
    answer = client.post("/api/v1/auth/register", json=FORM)
    assert answer.status_code == 201
    assert set(answer.json) == {
        "user",
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
    }
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    profile = client.get("/api/v1/users/me", headers=headers).json
    assert profile == answer.json["user"]
    assert (profile["email"], profile["display_name"]) == ("ada@example.com", "Ada")
    assert profile["email_verified"] is False
    assert "password" not in answer.get_data(as_text=True)


def test_an_address_is_kept_in_lower_case(client):
    ada = register(client, email="Ada.Lovelace@Example.COM")
    assert ada.get("/users/me")["email"] == "ada.lovelace@example.com"


def test_an_address_has_one_account_however_it_is_written(client):
    assert client.post("/api/v1/auth/register", json=FORM).status_code == 201
    again = client.post("/api/v1/auth/register", json=FORM | {"email": "ADA@example.com"})
    assert (again.status_code, again.json["code"]) == (409, "email_taken")


@pytest.mark.parametrize(
    "change",
    [
        {"password": "ninechars"},
        {"password": "x" * 129},
        {"password": "qwertyuiop"},
        {"password": "QwertyUiop"},
        {"password": "ada@example.com"},
        {"password": "nul\x00inside it"},
        {"email": "ada"},
        {"email": "ada@localhost"},
        {"email": "ada@example.com\nBcc: eve@example.com"},
        {"email": f"{'a' * 250}@example.com"},
        {"email": None},
        {"display_name": ""},
        {"display_name": "x" * 81},
        {"display_name": "\ud800"},
        {"is_active": True},
        {"email_verified_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_form_that_is_not_right_is_refused(client, change):
    answer = client.post("/api/v1/auth/register", json=FORM | change)
    assert answer.status_code == 422
    assert list(answer.json["errors"]["json"]) == list(change)


@pytest.mark.parametrize("missing", ["email", "password", "display_name"])
def test_every_field_is_needed(client, missing):
    form = {name: value for name, value in FORM.items() if name != missing}
    assert client.post("/api/v1/auth/register", json=form).status_code == 422


def test_the_longest_and_shortest_password_are_taken_whole(client):
    for number, password in enumerate(["é" * 128, "ten-chars!"]):
        form = FORM | {"email": f"ada{number}@example.com", "password": password}
        assert client.post("/api/v1/auth/register", json=form).status_code == 201
        form.pop("display_name")
        assert client.post("/api/v1/auth/login", json=form).status_code == 200
        cut = form | {"password": password[:-1]}
        assert client.post("/api/v1/auth/login", json=cut).status_code == 401


def test_the_common_passwords_are_long_ones():
    assert len(COMMON) > 1500
    assert min(map(len, COMMON)) >= 10


def test_a_trailing_slash_is_no_other_address(client):
    assert client.post("/api/v1/auth/register/", json=FORM).status_code == 201


def test_a_body_of_another_type_is_refused(client):
    answer = client.post("/api/v1/auth/register", data=FORM)
    assert answer.status_code == 415
