"""What is no question, what asks too much, and what nobody outside may learn."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from strawberry.schema import schema as library

from tests.cast import Person
from tests.statements import counted
from wandr.extensions import db
from wandr.graphql import limits
from wandr.graphql import query as resolvers
from wandr.graphql import schema as running
from wandr.graphql.schema import schema

SDL = Path(__file__).parents[2] / "docs" / "schema.graphql"
MALFORMED = [
    b"", b"{", b'"query"', b"[]", b"7", b"null", b"\xff\xfe", b'{"query": "\xff"}', b"[" * 100_000,
    b'{"query": 1}', b'{"query": ""}', b'{"query": null}', b'{"variables": {}}', b'{"query": "{me{id}}", "more": 1}',
    b'{"query": "{me{id}}", "variables": []}', b'{"query": "{me{id}}", "variables": "x"}', b'{"query": "{me{id}}", "operationName": 1}',
    b'{"query": "{me{id}}", "variables": {"x": "\\u0000"}}', b'{"query": "{me{id}}", "variables": {"x": "\\ud800"}}',
    b'{"query": "{me{id}}", "query": "{me{id}}"}', b'{"query": "{me{id}}", "variables": {"x": NaN}}',
    json.dumps({"query": '{ searchLocations(q: "\\u0000") { id } }'}).encode(),
    json.dumps([{"query": "{ me { id } }"}] * 50).encode(),
]  # fmt: skip


@pytest.fixture
def production(app: Flask, organizer, monkeypatch) -> Person:
    """The organizer at a server that serves no docs, as in production."""
    monkeypatch.setitem(app.config, "WANDR", replace(app.config["WANDR"], docs_enabled=False))
    return organizer


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: body[:30].decode(errors="replace"))
def test_a_malformed_body_is_a_problem_document(organizer, body):
    answer = organizer.post("/graphql", data=body, content_type="application/json", status=400)
    assert answer["code"] == "bad_request" and organizer.raw.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "media",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/graphql",
    ],
)
def test_no_form_of_another_site_can_ask(organizer, media):
    organizer.post("/graphql", data=b'{"query": "{me{id}}"}', content_type=media, status=415)


def test_a_key_that_would_not_be_honoured_is_refused(organizer):
    asked = {"query": 'mutation { createTrip(input: {title: "Once"}) { id } }'}
    key = {"Idempotency-Key": "k"}
    told = organizer.post("/graphql", json=asked, headers=key, status=400)
    assert told["code"] == "bad_request" and "mutationId" in told["detail"]
    assert organizer.get("/trips")["items"] == []


def test_nothing_is_run_by_get(organizer):
    assert "<div id" in organizer.get("/graphql?query=%7Bme%7Bid%7D%7D")


def test_nobody_asks_without_logging_in(client):
    answer = client.post("/graphql", json={"query": "{ me { id } }"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_address_under_api_is_the_same_door(organizer):
    assert organizer.post("/api/v1/graphql", json={"query": "{ me { displayName } }"})["data"] == {
        "me": {"displayName": organizer.display_name}
    }


@pytest.mark.parametrize(
    "query",
    [
        "{ trips { nodes { members { nodes { nodes { nodes } } } } } }",
        "{ nothing }", "{ me }", "{ me { id } ", "query A { me { id } } query B { me { id } }", "subscription { me { id } }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "query($id: UUID!) { trip(id: $id) { id } }", '{ trip(id: "7") { id } }', "{ trips(first: 1.5) { nodes { id } } }",
        "{ me { " + "id " * 2_000 + "} }",
        "{ " + " ".join(f"a{n}: me {{ id }}" for n in range(16)) + " }",
        "{ trip(id: \"%s\") { days { days { items { activity { location { name } } } } } } }" % ("0" * 36),
        "{ me { id " + "@include(if: true) " * 1_000 + "} }",
        "{ trips(after: \"x\") { nodes { id } } }",
    ],
)  # fmt: skip
def test_what_cannot_be_run_says_why_and_brings_no_data(organizer, query):
    told = organizer.post("/graphql", json={"query": query}, status=200)
    assert told["errors"][0]["extensions"]["code"] in ("graphql_invalid", "invalid")
    assert not any((told.get("data") or {}).values())


def test_fragments_that_double_each_other_are_refused_at_once(organizer):
    """Followed spread by spread they would be 2^100 aliases, and no request would end."""
    doubled = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(100))
    for last, errors in (("a: me { id }", 1), ("me { id }", 0)):
        query = f"{{ ...F0 }} {doubled} fragment F100 on Query {{ {last} }}"
        told = organizer.post("/graphql", json={"query": query})
        assert len(told.get("errors", [])) == errors


def test_fragments_that_hold_themselves_or_are_not_there_are_refused(organizer):
    for query in ("{ ...A } fragment A on Query { ...A }", "{ ...Nowhere }"):
        told = organizer.post("/graphql", json={"query": query})
        assert [one["extensions"]["code"] for one in told["errors"]] == ["graphql_invalid"]


def test_what_the_rules_would_compare_for_long_is_refused_before(organizer, monkeypatch):
    """Each field is compared with each of the same name: 990 of them took two seconds."""
    asked = {"query": "{ " + "me { id } " * 150 + "}"}
    assert "errors" not in organizer.post("/graphql", json=asked)
    monkeypatch.setattr(library, "validate_document", None)
    asked = {"query": "{ ...F " + "me { id } " * 149 + "} fragment F on Query { me { id } }"}
    (error,) = organizer.post("/graphql", json=asked)["errors"]
    assert "more than 300 fields and spreads" in error["message"]


def test_too_deep_is_refused(organizer, monkeypatch):
    """No question on this schema reaches twelve levels; so the limit is lowered to meet one."""
    deep = "{ trips { nodes { days { days { items { activity { location { name } } } } } } } }"
    assert "errors" not in organizer.post("/graphql", json={"query": deep})
    monkeypatch.setattr(limits, "DEEPEST", 6)
    told = organizer.post("/graphql", json={"query": deep})
    assert "deeper than 6 levels" in told["errors"][0]["message"]


def test_the_newer_media_type_tells_a_refusal_by_its_status(organizer):
    accept = {"Accept": "application/graphql-response+json"}
    organizer.post("/graphql", json={"query": "{ nothing }"}, headers=accept, status=400)
    assert organizer.raw.mimetype == "application/graphql-response+json"
    organizer.post("/graphql", json={"query": "{ me { id } }"}, headers=accept, status=200)


def test_production_tells_nothing_of_its_insides(production):
    for query in ("{ __schema { types { name } } }", '{ __type(name: "Trip") { name } }'):
        told = production.post("/graphql", json={"query": query})
        assert "introspection" in told["errors"][0]["message"].lower() and not told.get("data")
    production.get("/graphql", status=404)
    production.get("/graphql/start.js", status=404)
    assert production.post("/graphql", json={"query": "{ me { id } }"})["data"]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ mee { id } }", {}),
        ("{ trips(firts: 1) { nodes { id } } }", {}),
        ("query($x: Tripp) { me { id } }", {}),
        ("{ me { ... on Usr { id } } }", {}),
        ("{ me @inclde(if: true) { id } }", {}),
        ("{ me @include(iff: true) { id } }", {}),
        ('mutation { createTrip(input: {title: "x", titl: "x"}) { id } }', {}),
        ("mutation($i: TripInput!) { createTrip(input: $i) { id } }", {"i": {"title": "x", "titl": "x"}}),
    ],
)  # fmt: skip
def test_production_suggests_no_name(production, query, variables):
    asked = {"query": query, "variables": variables}
    told = production.post("/graphql", json=asked)
    assert told["errors"] and "Did you mean" not in json.dumps(told)


def test_what_nobody_expected_is_masked(organizer, monkeypatch, capsys):
    def broken(*args):
        raise RuntimeError("postgresql://user:secret@host")

    monkeypatch.setattr(resolvers.users, "profile_of", broken)
    told = organizer.post("/graphql", json={"query": "{ me { id } }"})
    (error,) = told["errors"]
    assert (error["extensions"]["code"], error["extensions"]["status"]) == ("internal", 500)
    assert "secret" not in json.dumps(told)
    assert error["extensions"]["request_id"] == organizer.raw.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (OperationalError("SELECT", {}, Exception("host db.internal:5432")), 503, "busy"),
        (RuntimeError("postgresql://user:secret@db.internal"), 500, "internal"),
    ],
)
def test_what_fails_outside_of_resolvers_is_a_problem_document(
    organizer, monkeypatch, capsys, failure, status, code
):
    @contextmanager
    def failing():
        raise failure
        yield

    monkeypatch.setattr(running, "reading", failing)
    told = organizer.post("/graphql", json={"query": "{ me { id } }"}, status=status)
    assert told["code"] == code and organizer.raw.mimetype == "application/problem+json"
    assert "db.internal" not in json.dumps(told)
    assert (organizer.raw.headers.get("Retry-After") == "1") is (status == 503)


def test_a_refused_question_holds_no_connection(organizer, rolled_back):
    for _ in range(30):
        organizer.post("/graphql", json={"query": "{ nothing }"})
    assert db.session.registry().in_transaction() is False


def test_graphiql_comes_from_here_alone(client):
    page = client.get("/graphql")
    assert (
        "https://" not in page.text
        and "connect-src 'self'" in page.headers["Content-Security-Policy"]
    )
    for name in (
        "start.js",
        "start.css",
        "graphiql.min.js",
        "graphiql.min.css",
        "react.production.min.js",
    ):
        with client.get(f"/graphql/{name}") as answer:
            assert answer.status_code == 200
    assert client.get("/graphql/fetch.umd.js").status_code == 404
    assert client.get("/graphql/..%2fviews.py").status_code == 404


def test_the_schema_in_the_documents_is_the_one_that_is_served():
    """After a change: `flask graphql-schema > docs/schema.graphql`."""
    assert SDL.read_text(encoding="utf-8") == schema().as_str() + "\n"


def test_counting_statements_counts_those_of_graphql(organizer, rolled_back):
    with counted(rolled_back) as seen:
        organizer.post("/graphql", json={"query": "{ me { id } }"})
    assert len(seen) == 2
