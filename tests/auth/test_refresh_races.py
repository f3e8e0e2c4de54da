"""Many refreshes at once, against a database in which commits are commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.cast import FreshClient, register

AT_ONCE, ROUNDS = 50, 5


def race(app, token):
    """The answers to the same refresh sent `AT_ONCE` times at the same moment."""
    start = Barrier(AT_ONCE)

    def send(_):
        client = app.test_client()
        start.wait(30)
        answer = client.post("/api/v1/auth/refresh", json={"refresh_token": token})
        return answer.status_code, answer.json

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, range(AT_ONCE)))


def test_fifty_refreshes_of_one_token_leave_one_live_chain(committed_app):
    client = FreshClient(committed_app)
    token = register(client).raw.json["refresh_token"]
    for _ in range(ROUNDS):
        answers = race(committed_app, token)
        won = [body for status, body in answers if status == 200]
        lost = {body["code"] for status, body in answers if status != 200}
        assert len(won) == 1
        assert lost == {"refresh_superseded"}
        token = won[0]["refresh_token"]
    headers = {"Authorization": f"Bearer {won[0]['access_token']}"}
    items = client.get("/api/v1/auth/sessions", headers=headers).json["items"]
    assert len(items) == 1


def test_fifty_reuses_at_once_end_the_family_for_good(committed_app):
    client = FreshClient(committed_app)
    first = register(client).raw.json["refresh_token"]
    second = client.post("/api/v1/auth/refresh", json={"refresh_token": first}).json
    third = client.post(
        "/api/v1/auth/refresh", json={"refresh_token": second["refresh_token"]}
    ).json
    answers = race(committed_app, first)
    assert {status for status, _ in answers} == {401}
    for pair in (second, third):
        spent = client.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
        assert spent.status_code == 401
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        assert client.get("/api/v1/users/me", headers=headers).status_code == 401
