"""The OpenAPI document is valid, complete, and true of what the application routes."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.contract.operations import every_schema, operations_of
from wandr.auth.door import Access
from wandr.http.schema import Blueprint

PREFIX = "/api/v1"


@pytest.fixture
def operations(document):
    return list(operations_of(document))


def test_it_is_a_valid_document(document):
    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_route_is_in_it_and_nothing_else(app, operations):
    told = {(one.method, one.path) for one in operations}
    routed = {
        (method.lower(), re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{PREFIX}/") and rule.endpoint != "graphql.run_graphql"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert told == routed


def test_every_operation_has_a_name_of_its_own(operations):
    names = Counter(one.body["operationId"] for one in operations)
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if not re.fullmatch("[a-z][a-z0-9_]*", name)] == []


def test_every_operation_says_what_it_does(operations):
    silent = [one.name for one in operations if not one.body.get("summary", "").strip()]
    untagged = [one.name for one in operations if not one.body.get("tags")]
    assert (silent, untagged) == ([], [])


def test_every_tag_says_what_it_is_about(document, operations):
    told = {tag["name"] for tag in document["tags"] if tag.get("description")}
    assert {tag for one in operations for tag in one.body["tags"]} - told == set()


def test_every_operation_tells_its_success(operations):
    for one in operations:
        assert one.successes, one.name
        for code, response in one.successes.items():
            assert code == "202" or bool(response.get("content")) == (code != "204"), one.name
            for media in response.get("content", {}).values():
                assert media["schema"], one.name


def test_every_refusal_is_a_problem_document(operations):
    for one in operations:
        refusals = {code: r for code, r in one.responses.items() if code >= "400"}
        assert "429" in refusals, one.name
        for code, response in refusals.items():
            assert list(response["content"]) == ["application/problem+json"], (one.name, code)


def test_what_takes_a_body_or_a_query_may_refuse_it(operations):
    for one in operations:
        taken = [p["in"] for p in one.parameters] + ["body"] * bool(one.request)
        if "query" in taken or "body" in taken:
            assert "422" in one.responses, one.name
        if "body" in taken:
            assert {"400", "415"} <= set(one.responses), one.name


def test_what_looks_something_up_may_not_find_it(operations):
    without = {one.name for one in operations if "{" in one.path and "404" not in one.responses}
    assert without == set()


def test_a_keyed_request_may_be_refused_for_its_key(operations):
    for one in operations:
        if "Idempotency-Key" in {p["name"] for p in one.parameters}:
            assert {"400", "422"} <= set(one.responses), one.name


def test_a_refusal_may_say_more(document, organizer, path, plan):
    """Such as what the deleted activity was (RFC 9457 section 3.2)."""
    row = plan()
    organizer.delete(f"{path}/activities/{row['id']}")
    refused = organizer.patch(f"{path}/activities/{row['id']}", json={"title": "x"}, status=409)
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    assert refused["current"] and list(OAS31Validator(schema).iter_errors(refused)) == []


def test_security_is_what_the_doors_demand(app, operations):
    doors = {
        (method.lower(), rule.rule): app.view_functions[rule.endpoint].door
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{PREFIX}/")
        for method in rule.methods
    }
    needs = {(m, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", p)): d for (m, p), d in doors.items()}
    for one in operations:
        is_open = needs[one.method, one.path] is Access.OPEN
        assert one.body.get("security", []) == ([] if is_open else [{"bearer": []}]), one.name
        assert ("401" in one.responses) or is_open, one.name


def test_every_parameter_has_a_type(operations):
    for one in operations:
        in_path = {p["name"]: p["schema"] for p in one.parameters if p["in"] == "path"}
        assert set(in_path) == set(re.findall("{([^}]+)}", one.path)), one.name
        for name, schema in in_path.items():
            assert schema.get("type"), (one.name, name)
            assert schema.get("format") == "uuid" or not name.endswith("_id"), (one.name, name)
        assert all(p["schema"].get("type") for p in one.parameters), one.name


def test_every_body_has_an_example_that_is_one(document, operations):
    for one in operations:
        if one.request:
            example = one.request["example"]
            schema = {**one.request["schema"], "components": document["components"]}
            errors = [error.message for error in OAS31Validator(schema).iter_errors(example)]
            assert errors == [], (one.name, example)


def test_the_schemas_accept_their_examples(app):
    for blueprint in app.blueprints.values():
        if not isinstance(blueprint, Blueprint):
            continue
        for endpoint, methods in blueprint._docs.items():
            for doc in (one for one in methods.values() if isinstance(one, dict)):
                for taken in doc.get("arguments", {}).get("parameters", ()):
                    if taken["in"] == "json":
                        schema = taken["schema"]
                        schema = schema() if isinstance(schema, type) else schema
                        assert schema.validate(taken["example"]) == {}, endpoint


def test_every_schema_has_a_type_or_says_that_it_is_anything(document):
    for name, schema in document["components"]["schemas"].items():
        for one in every_schema(schema):
            if one.get("type") == "object":
                assert "properties" in one or "additionalProperties" in one, name
            if one.get("type") == "array":
                assert one.get("items"), name


def test_a_page_tells_of_the_next(operations):
    for one in operations:
        for response in one.successes.values():
            for media in response.get("content", {}).values():
                schema = one.resolved(media["schema"])
                if "next_cursor" in schema.get("properties", {}):
                    assert "Link" in response["headers"], one.name
                    assert "limit" in {p["name"] for p in one.parameters}, one.name


def test_the_headers_of_a_conditional_request_are_told(operations):
    by_name = {one.body["operationId"]: one for one in operations}
    headers = {
        name: {p["name"] for p in by_name[name].parameters if p["in"] == "header"}
        for name in (
            "read_trip",
            "update_trip_by_patch",
            "create_trip",
            "read_snapshot",
            "export_calendar",
        )
    }
    assert headers == {
        "read_trip": {"If-None-Match"},
        "update_trip_by_patch": {"If-Match"},
        "create_trip": {"Idempotency-Key"},
        "read_snapshot": {"If-None-Match"},
        "export_calendar": {"If-None-Match"},
    }
    assert "ETag" in by_name["read_trip"].successes["200"]["headers"]
    assert "304" in by_name["read_trip"].responses


@pytest.mark.parametrize("address", ["", "/members", "/snapshot", "/changes", "/activities/{id}"])
def test_what_is_told_to_carry_an_etag_does(organizer, path, plan, address, operations):
    made = plan()
    organizer.get(path + address.format(id=made["id"]), status=200)
    (told,) = [
        one
        for one in operations
        if one.method == "get"
        and one.path == f"{PREFIX}/trips/{{trip_id}}{address.format(id='{row_id}')}"
    ]
    promised = "ETag" in told.successes["200"].get("headers", {})
    assert promised == ("ETag" in organizer.raw.headers)
