import json

from tests.cast import PASSWORD, register
from wandr.users import service


def test_the_export_holds_profile_and_sessions(client):
    ada = register(client)
    export = ada.get("/users/me/export")
    assert export["profile"] == ada.get("/users/me")
    assert [one["id"] for one in export["held"]["sessions"]] == [str(ada.session_id)]
    assert export["exported_at"].endswith("Z")


def test_the_export_holds_no_secret(client):
    ada = register(client)
    told = json.dumps(ada.get("/users/me/export"))
    for secret in ("argon2", "hash", PASSWORD, ada.token):
        assert secret not in told


def test_every_domain_adds_what_it_holds(organizer, monkeypatch):
    monkeypatch.setitem(service.holdings, "shoes", lambda user_id: [str(user_id)])
    assert organizer.get("/users/me/export")["held"]["shoes"] == [str(organizer.user_id)]


def test_one_exports_ones_own_data_only(client, organizer, outsider):
    assert outsider.email not in json.dumps(organizer.get("/users/me/export"))
    assert client.get("/api/v1/users/me/export").status_code == 401
