"""The door: who comes in, what is open while the view runs, what the contract says of it."""

from threading import Event, Thread

import pytest
from flask import Flask, Response
from sqlalchemy import event

from tests.cast import FreshClient, make_person
from tests.conftest import settings_for
from wandr import create_app
from wandr.auth.door import Access, door
from wandr.auth.models import AuthSession
from wandr.auth.principal import me
from wandr.errors import Conflict
from wandr.extensions import db
from wandr.http.schema import Blueprint
from wandr.permissions import Permission

METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


def operations(app: Flask):
    """(rule, method, operation) of every documented operation."""
    document = app.test_client().get("/openapi.json").json
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def test_every_api_route_has_a_door(app):
    bare = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        and not isinstance(
            getattr(app.view_functions[rule.endpoint], "door", None), Access | Permission
        )
    ]
    assert bare == []


def test_the_contract_says_who_needs_a_token_and_what_is_refused(app):
    doors = {
        app.view_functions[rule.endpoint].__name__: app.view_functions[rule.endpoint].door
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    for _path, _method, operation in operations(app):
        needs = doors.get(operation["operationId"].split("_by_")[0])
        if needs is None:
            continue
        is_open = needs is Access.OPEN
        assert operation.get("security") == (None if is_open else [{"bearer": []}])
        assert "429" in operation["responses"]
        assert is_open or "401" in operation["responses"]
        if isinstance(needs, Permission):
            assert {"403", "404"} <= operation["responses"].keys()


def test_the_contract_knows_the_bearer_scheme(app):
    document = app.test_client().get("/openapi.json").json
    scheme = document["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_the_contract_offers_a_key_where_a_user_posts(app):
    keyed = {
        (method, operation["operationId"])
        for _path, method, operation in operations(app)
        if {"$ref": "#/components/parameters/IdempotencyKey"} in operation.get("parameters", ())
    }
    assert ("post", "create_trip") in keyed
    assert {method for method, _ in keyed} == {"post"}
    assert ("post", "register") not in keyed  # it opens its own transaction


@pytest.fixture
def own_app(committed_db, servers):
    """An application of its own, to which doors may be added."""
    app = create_app(settings_for(committed_db, servers.redis_url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def doors(own_app):
    """An application with one route of each kind, and what its views have seen."""
    seen: list[object] = []
    blueprint = Blueprint("doors", __name__)

    @blueprint.route("/open", methods=["GET", "POST"])
    @door(Access.OPEN)
    def open_to_all() -> str:
        return "open"

    @blueprint.route("/write", methods=["POST"])
    @door(Access.USER)
    def write() -> Response:
        seen.append(me().user_id)
        rename(me().session_id, f"write {len(seen)}")
        return Response(str(len(seen)), 201)

    @blueprint.route("/fail", methods=["POST"])
    @door(Access.USER)
    def fail() -> None:
        seen.append("fail")
        rename(me().session_id, "fail")
        raise Conflict("No.")

    @blueprint.route("/alone", methods=["POST"])
    @door(Access.USER, opens_transaction=False)
    def alone() -> str:
        return "in transaction" if "wandr.atomic" in db.session().info else "alone"

    own_app.register_blueprint(blueprint)
    return own_app, seen


@pytest.fixture
def ada(own_app):
    return make_person(own_app, "Ada")


@pytest.fixture
def eve(own_app):
    return make_person(own_app, "Eve")


def rename(session_id, agent):
    db.session.get_one(AuthSession, session_id).user_agent = agent
    db.session.flush()


def agent_of(person):
    db.session.expire_all()
    return db.session.get_one(AuthSession, person.session_id).user_agent


def send(small, person, path, **headers):
    bearer = {"Authorization": f"Bearer {person.token}"} if person else {}
    return FreshClient(small).post(path, headers=bearer | headers)


def test_an_open_door_asks_nobody(doors, ada):
    small, _ = doors
    assert send(small, None, "/open").data == b"open"
    ada.token = "nonsense"
    assert send(small, ada, "/open").data == b"open"


def test_a_view_behind_a_door_knows_who_calls_and_commits(doors, ada):
    small, seen = doors
    assert send(small, ada, "/write").status_code == 201
    assert seen == [ada.user_id]
    assert agent_of(ada) == "write 1"


def test_nobody_gets_in_without_a_login(doors):
    small, seen = doors
    assert send(small, None, "/write").status_code == 401
    assert seen == []


def test_a_refusal_undoes_what_was_written(doors, ada):
    small, _ = doors
    assert send(small, ada, "/fail").status_code == 409
    assert agent_of(ada) == ""


def test_a_key_gives_the_first_answer_again(doors, ada):
    small, seen = doors
    first = send(small, ada, "/write", **{"Idempotency-Key": "k"})
    again = send(small, ada, "/write", **{"Idempotency-Key": "k"})
    assert (first.status_code, first.data) == (again.status_code, again.data) == (201, b"1")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(seen) == 1


def test_a_refused_request_keeps_its_key_free(doors, ada):
    small, seen = doors
    for _ in range(2):
        assert send(small, ada, "/fail", **{"Idempotency-Key": "k"}).status_code == 409
    assert seen == ["fail", "fail"]


def test_keys_are_each_users_own(doors, ada, eve):
    small, seen = doors
    for person in (ada, eve):
        send(small, person, "/write", **{"Idempotency-Key": "k"})
    assert seen == [ada.user_id, eve.user_id]


def test_a_view_may_ask_for_no_transaction(doors, ada):
    small, _ = doors
    assert send(small, ada, "/alone").data == b"alone"


def test_authentication_is_one_statement(app, rolled_back, organizer):
    seen: list[str] = []

    def note(connection, cursor, statement, *_):
        seen.append(statement)

    event.listen(rolled_back, "before_cursor_execute", note)
    organizer.get("/auth/sessions")
    event.remove(rolled_back, "before_cursor_execute", note)
    selects = [one for one in seen if one.lstrip().startswith("SELECT")]
    assert len(selects) == 2  # who asks, and the list


class SlowBody:
    """A body whose sender pauses until told to go on."""

    def __init__(self) -> None:
        self.asked, self.go = Event(), Event()

    def read(self, *_):
        self.asked.set()
        self.go.wait(10)
        return b""

    readline = read


def test_a_slow_sender_holds_neither_the_trip_nor_a_connection(committed_app):
    person = make_person(committed_app, "Ada")
    trip = person.post("/trips", json={"title": "Turin"}, status=201)
    db.session.remove()
    body, pool = SlowBody(), db.engine.pool
    environ = {
        "wsgi.input": body,
        "CONTENT_LENGTH": "10",
        "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": f"Bearer {person.token}",
    }

    def patch():
        path = f"/api/v1/trips/{trip['id']}"
        committed_app.test_client().patch(path, environ_overrides=environ)

    sender = Thread(target=patch)
    sender.start()
    try:
        assert body.asked.wait(10)
        assert pool.checkedout() == 0
        person.patch(f"/trips/{trip['id']}", json={"title": "Torino"}, status=200)
    finally:
        body.go.set()
        sender.join()
