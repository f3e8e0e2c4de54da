import pytest

from tests.cast import PASSWORD, register


@pytest.fixture
def ada(client):
    return register(client)


def another_login(client, person):
    form = {"email": person.email, "password": PASSWORD}
    return client.post("/api/v1/auth/login", json=form).json


def test_the_list_tells_which_session_asks(client, ada):
    another_login(client, ada)
    items = ada.get("/auth/sessions")["items"]
    assert [item["current"] for item in items] == [False, True]
    assert items[1]["id"] == str(ada.session_id)


def test_the_list_comes_in_pages_newest_first(client, ada):
    for _ in range(4):
        another_login(client, ada)
    found, path = [], "/auth/sessions?limit=2"
    while path:
        page = ada.get(path)
        found += [item["created_at"] for item in page["items"]]
        path = page["next_cursor"] and f"/auth/sessions?limit=2&cursor={page['next_cursor']}"
    assert len(found) == 5
    assert found == sorted(found, reverse=True)


def test_a_cursor_that_is_not_ours_is_refused(ada):
    ada.get("/auth/sessions?cursor=bm9uc2Vuc2U", status=422)


def test_one_lists_only_ones_own_sessions(ada, outsider):
    ids = {item["id"] for item in ada.get("/auth/sessions")["items"]}
    assert ids.isdisjoint(item["id"] for item in outsider.get("/auth/sessions")["items"])


def test_logging_out_ends_this_session_and_no_other(client, ada):
    other = another_login(client, ada)
    ada.post("/auth/logout", status=204)
    ada.get("/users/me", status=401)
    headers = {"Authorization": f"Bearer {other['access_token']}"}
    assert client.get("/api/v1/users/me", headers=headers).status_code == 200


def test_logging_out_needs_a_login(client):
    assert client.post("/api/v1/auth/logout").status_code == 401


def test_one_ends_another_session_of_ones_own(client, ada):
    other = another_login(client, ada)
    ended = ada.get("/auth/sessions")["items"][0]["id"]
    ada.delete(f"/auth/sessions/{ended}", status=204)
    assert [item["id"] for item in ada.get("/auth/sessions")["items"]] == [str(ada.session_id)]
    headers = {"Authorization": f"Bearer {other['access_token']}"}
    assert client.get("/api/v1/users/me", headers=headers).status_code == 401
    spent = client.post("/api/v1/auth/refresh", json={"refresh_token": other["refresh_token"]})
    assert spent.status_code == 401


def test_a_session_ends_once(client, ada):
    another_login(client, ada)
    ended = ada.get("/auth/sessions")["items"][0]["id"]
    ada.delete(f"/auth/sessions/{ended}", status=204)
    ada.delete(f"/auth/sessions/{ended}", status=404)


def test_somebody_elses_session_looks_like_a_missing_one(ada, outsider):
    answers = []
    for session_id in (ada.session_id, "01890000-0000-7000-8000-000000000000"):
        body = outsider.delete(f"/auth/sessions/{session_id}", status=404)
        answers.append({**body, "request_id": None})
    assert answers[0] == answers[1]
    ada.get("/users/me", status=200)
