"""Hostile input at every door of the OpenAPI document: refused as documented, and never a 5xx.

The doors, their fields and parameters come from the document, so a new route joins by itself. What
is accepted stays: afterwards every list, export and snapshot must still be readable.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from openapi_schema_validator import OAS31Validator
from werkzeug.test import TestResponse

from tests.cast import Person
from tests.contract.operations import Operation, operations_of
from tests.fuzz.canary import what_is_broken
from tests.fuzz.worlds import furnish
from tests.hostile.corpus import (
    HEADERS,
    PATH_PARTS,
    QUERY_VALUES,
    RAW_BODIES,
    RAW_VALUES,
)

# Hashing a password is slow by design, and is proved elsewhere: here they are only read.
HASHERS = {"register", "log_in", "change_password", "close_my_account", "reset_password"}
HERE = "@here@"
SHARE = 1 if settings.get_current_profile_name() == "thorough" else 4
Path = tuple[str | int, ...]


class Attacker:
    """Somebody with a world of their own, who sends what nobody should."""

    def __init__(self, person: Person, document: dict[str, Any]) -> None:
        self.person = person
        (self.things,) = furnish(person, trips=1)
        self.operations = list(operations_of(document))
        self.document = document
        self.wrong: list[str] = []
        self.chance = Random(20)

    def share_of(self, corpus: Collection[Any]) -> list[Any]:
        """All of it with `make fuzz`; in the suite a quarter, each time another."""
        return self.chance.sample(list(corpus), -(-len(corpus) // SHARE))

    def send(
        self, operation: Operation, what: str, *, query: str = "", headers: Any = None, **more: Any
    ) -> TestResponse:
        """Send it, and note what is wrong with the answer."""
        path = operation.path.format(**{**self.things, **more.pop("path", {})})
        answer = self.person.client.open(
            f"{path}?{query}" if query else path,
            method=operation.method.upper(),
            headers={"Authorization": f"Bearer {self.person.token}", **(headers or {})},
            **more,
        )
        if fault := _fault(operation, answer):
            self.note(operation, what, f"{answer.status_code}, {fault}")
        return answer

    def note(self, operation: Operation, what: str, fault: str) -> None:
        self.wrong.append(f"{operation.name} with {what}: {fault}")

    def example_of(self, operation: Operation) -> Any:
        """A body that is fine, about things that exist."""
        example = json.dumps(operation.request["example"])
        return json.loads(
            example.replace("0198c0de-0000-7000-8000-000000000001", self.things["row_id"])
        )


def _fault(operation: Operation, answer: TestResponse) -> str | None:
    if answer.status_code >= 500:
        return answer.get_data(as_text=True)[:200]
    if str(answer.status_code) not in operation.responses and answer.status_code != 405:
        return f"which is not documented: {answer.get_data(as_text=True)[:200]}"
    if answer.status_code >= 400:
        if answer.mimetype != "application/problem+json":
            return f"as {answer.mimetype}"
        if answer.get_json()["status"] != answer.status_code:
            return "which its body does not say"
    return None


@pytest.fixture
def attacker(organizer: Person) -> Iterator[Attacker]:
    attacker = Attacker(organizer, organizer.get("/openapi.json"))
    yield attacker
    assert attacker.wrong == [], "\n".join(attacker.wrong)
    assert what_is_broken(organizer.client.application, organizer) == []


def test_fields(attacker):
    """Each field of each body in turn, the others being fine."""
    sent = 0
    for operation in attacker.operations:
        if not operation.request:
            continue
        example = attacker.example_of(operation)
        places = places_in(operation, operation.request["schema"], example)
        for place in places:
            schema = _schema_at(operation, place)
            for what, raw in attacker.share_of(RAW_VALUES.items()):
                if operation.body["operationId"] in HASHERS and _accepts(attacker, schema, raw):
                    continue
                body = json.dumps(_with(example, place, HERE)).replace(f'"{HERE}"', raw)
                answer = attacker.send(
                    operation, f"{what} in {place}", data=body, content_type="application/json"
                )
                sent += 1
                if answer.status_code < 400 and schema and not _accepts(attacker, schema, raw):
                    attacker.note(operation, f"{what} in {place}", "accepted against the schema")
    assert sent > 1000


def test_bodies(attacker):
    for operation in attacker.operations:
        if operation.request:
            for what, body in RAW_BODIES.items():
                answer = attacker.send(operation, what, data=body, content_type="application/json")
                is_optional = not operation.body["requestBody"].get("required")
                if answer.status_code < 400 and not (is_optional and not body):
                    attacker.note(operation, what, f"accepted: {answer.status_code}")


def test_query_strings(attacker):
    for operation in attacker.operations:
        names = [p["name"] for p in operation.parameters if p["in"] == "query"]
        fine = {"q": "Kyoto", "lat": "35", "lon": "135", "wait": "0"}
        for name in names:
            others = "".join(f"&{n}={fine[n]}" for n in names if n in fine and n != name)
            for what, value in attacker.share_of(QUERY_VALUES.items()):
                attacker.send(operation, f"{what} as {name}", query=f"{name}={value}{others}")
        if names:
            assert attacker.send(operation, "strangers", query="no_such=1").status_code >= 400


def test_addresses(attacker):
    for operation in attacker.operations:
        for parameter in (p for p in operation.parameters if p["in"] == "path"):
            for what, part in PATH_PARTS.items():
                path = {parameter["name"]: part}
                body = {"json": attacker.example_of(operation)} if operation.request else {}
                answer = attacker.send(operation, f"{what} in the address", path=path, **body)
                if answer.status_code < 400:
                    attacker.note(operation, f"{what} in the address", f"{answer.status_code}")


def test_headers(attacker):
    for operation in attacker.operations:
        if operation.method == "delete" or operation.body["operationId"] in {*HASHERS, "log_out"}:
            continue
        for name, values in HEADERS.items():
            for value in attacker.share_of(values):
                body = {"data": b"{}"} if operation.request else {}
                query = "wait=0" if operation.path.endswith("/events") else ""
                headers = {"Content-Type": "application/json"} if body else {}
                attacker.send(
                    operation,
                    f"{name}: {value[:20]!r}",
                    headers={**headers, name: value},
                    query=query,
                    **body,
                )


def places_in(operation: Operation, schema: dict[str, Any], example: Any) -> Iterator[Path]:
    """Every property that a body may have, and every place inside of its example."""
    properties = operation.resolved(schema).get("properties", {})
    for name in properties:
        yield (name,)
    yield from (place for place in _places_inside(example) if len(place) > 1)


def _places_inside(value: Any) -> Iterator[Path]:
    if isinstance(value, dict):
        children: Any = value.items()
    else:
        children = list(enumerate(value))[:1] if isinstance(value, list) else ()
    for key, child in children:
        yield (key,)
        for inner in _places_inside(child):
            yield (key, *inner)


def _schema_at(operation: Operation, place: Path) -> dict[str, Any]:
    """The schema of a property of the body; nothing for what is deeper."""
    properties = operation.resolved(operation.request["schema"]).get("properties", {})
    return properties.get(place[0], {}) if len(place) == 1 else {}


def _accepts(attacker: Attacker, schema: dict[str, Any], raw: str) -> bool:
    try:
        value = json.loads(raw)
    except ValueError:
        return False
    whole = {**schema, "components": attacker.document["components"]}
    return OAS31Validator(whole).is_valid(value)


def _with(example: Any, place: Path, value: Any) -> Any:
    """A copy of the example with another value in one place."""
    if not place:
        return value
    if isinstance(example, list):
        return [
            _with(one, place[1:], value) if n == place[0] else one for n, one in enumerate(example)
        ]
    key = place[0]
    return {**example, key: _with(example.get(key), place[1:], value)}
