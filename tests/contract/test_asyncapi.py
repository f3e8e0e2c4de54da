"""The AsyncAPI document is whole, and true of the events that are registered and sent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.foundation.house import tree_of_wandr
from tests.realtime import protocol
from tests.realtime.test_document import PAGE
from wandr.http.openapi import example_of
from wandr.realtime import schemas
from wandr.realtime.handlers import client_events
from wandr.realtime.server_events import SERVER_EVENTS

MESSAGES = "#/channels/namespace/messages/"


@pytest.fixture
def document(client) -> dict[str, Any]:
    return client.get("/asyncapi.json").get_json()


def operations(document, action: str) -> dict[str, dict]:
    """Operations by the name of their event."""
    return {
        protocol.at(one["messages"][0]["$ref"])["name"]: one
        for one in document["operations"].values()
        if one["action"] == action
    }


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (one for key, one in value.items() if key == "$ref")
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, (dict, list)):
            yield from references(one)


def test_it_is_served_as_it_is_described(document):
    assert document == protocol.document()
    assert document["asyncapi"] == "3.0.0"
    assert set(document) == {
        *("asyncapi", "info", "defaultContentType", "servers", "channels", "operations"),
        "components",
    }


def test_every_reference_leads_somewhere(document):
    found = set(references(document))
    assert len(found) > 20
    for one in found:
        assert protocol.at(one), one
    used = {one.removeprefix(MESSAGES) for one in found if one.startswith(MESSAGES)}
    assert used == set(document["channels"]["namespace"]["messages"])


def test_every_client_event_is_in_it_and_nothing_else(document):
    received = operations(document, "receive")
    assert set(received) == {"connect", *client_events()}
    for name, one in client_events().items():
        replies = [protocol.at(to["$ref"])["payload"] for to in received[name]["reply"]["messages"]]
        assert [to["$ref"].rpartition("/")[2] for to in replies] == [
            one.answer.__name__,
            "Refusal",
        ]
        assert received[name]["x-needs"] == one.needs.value
        assert received[name]["summary"]


def test_every_server_event_is_in_it_and_nothing_else(document):
    assert set(operations(document, "send")) == set(SERVER_EVENTS)


def test_every_event_that_the_code_sends_is_registered():
    assert set(sent_by(tree_of_wandr())) == set(SERVER_EVENTS)


def test_an_event_that_is_not_registered_is_noticed():
    planted = {"wandr.realtime.x": 'sockets().emit("trip:new", {}, [])'}
    assert set(sent_by(planted)) == {"trip:new"}


def sent_by(sources: dict[str, str]) -> Iterator[str]:
    """The first arguments of calls of `emit` and `_emit` that are texts."""
    for name, source in sources.items():
        if not name.startswith("wandr.realtime"):
            continue
        for node in ast.walk(ast.parse(source)):
            called = getattr(getattr(node, "func", None), "attr", "")
            if called in ("emit", "_emit"):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield first.value


def test_every_schema_is_one(document):
    for name, schema in document["components"]["schemas"].items():
        Draft7Validator.check_schema(schema)
        assert schema["type"] == "object" and schema["additionalProperties"] is False, name


def test_every_message_has_an_example_that_is_one(document):
    for key, message in document["channels"]["namespace"]["messages"].items():
        for example in message["examples"]:
            assert protocol.faults(message["payload"], example["payload"]) == [], key
        assert message["summary"].strip() and message["name"], key


@pytest.mark.parametrize("name", sorted(client_events()))
def test_what_clients_may_send_is_what_is_read(name):
    schema = client_events()[name].schema
    assert schema.validate(example_of(schema)) == {}
    assert name.split(":")[0] in ("trip", "presence", "auth")


def test_the_handshake_tells_its_refusals(document):
    replies = operations(document, "receive")["connect"]["reply"]["messages"]
    assert [one["$ref"].removeprefix(MESSAGES) for one in replies] == ["connected", "connect_error"]
    codes = document["components"]["schemas"]["RefusalOfHandshake"]["properties"]["code"]
    assert set(codes["enum"]) == set(schemas.HANDSHAKE_CODES)


def test_every_code_is_told_in_the_page_for_developers():
    for code in (*schemas.CODES, *schemas.HANDSHAKE_CODES):
        assert f"`{code}`" in PAGE, code


def test_a_payload_that_is_not_as_promised_is_noticed():
    assert protocol.told("trip:head", {"trip_id": schemas.TRIP, "head": 3}) == []
    assert protocol.told("trip:head", {"trip_id": schemas.TRIP, "head": "3"}) != []
    assert protocol.told("trip:head", {"trip_id": schemas.TRIP, "head": 3, "more": 1}) != []
    assert protocol.told("trip:heads", {}) == ["trip:heads is not in the document"]
    assert protocol.answered("trip:leave", {"ok": True}) == []
    assert protocol.answered("trip:leave", {"ok": True, "head": 3}) != []
    refusal = {"code": "new_code", "message": "x"}
    assert protocol.answered("trip:leave", {"ok": False, "error": refusal}) != []
