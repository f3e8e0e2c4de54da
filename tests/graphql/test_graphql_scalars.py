"""What a value must be: a literal in the question and a variable are refused alike."""

from __future__ import annotations

import json

import pytest

HISTORY = "query($t: UUID!, $n: BigInt) { history(tripId: $t, before: $n) { before } }"
UNDO = "mutation($t: UUID!, $n: BigInt!) { undoChange(tripId: $t, seq: $n) { head } }"
UPDATE = 'mutation($t: UUID!, $n: BigInt) { updateTrip(id: $t, input: {title: "New"}, expectVersion: $n) { version } }'


@pytest.mark.parametrize("value", [{}, [], True, "1", 1.5, 2**53, -(2**63), 10**30])
@pytest.mark.parametrize("query", [HISTORY, UNDO, UPDATE])
def test_a_big_int_is_a_whole_number_of_53_bits(ask, organizer, trip, path, query, value):
    error = ask(organizer, query, code="graphql_invalid", t=trip["id"], n=value)
    assert "53 bits" in error["message"]
    body = query.split("{", 1)[1].replace("$t", json.dumps(trip["id"]))
    head = "mutation {" if query.startswith("mutation") else "query {"
    ask(organizer, head + body.replace("$n", json.dumps(value)), code="graphql_invalid")
    assert organizer.get(path)["title"] == trip["title"]


def test_a_big_int_may_be_large(ask, organizer, trip):
    ask(organizer, HISTORY, t=trip["id"], n=2**53 - 1)
    literal = f'{{ history(tripId: "{trip["id"]}", before: {2**53 - 1}) {{ before }} }}'
    ask(organizer, literal)
    ask(organizer, literal.replace(str(2**53 - 1), "9" * 5_000), code="graphql_invalid")


@pytest.mark.parametrize(
    "written", ["[" * 40 + "]" * 40, "[" * 180 + "]" * 180, "9" * 4_000, "9" * 5_000, "1e999"]
)
def test_json_in_a_question_has_the_bounds_of_a_body(ask, organizer, trip, path, written):
    update = (
        f'mutation {{ updateTrip(id: "{trip["id"]}", input: {{tripData: {{a: %s}}}}) {{ id }} }}'
    )
    ask(organizer, update % written, code="graphql_invalid")
    assert organizer.get(path)["trip_data"] == {}
    ask(organizer, update % ("[" * 33 + "]" * 33), code="invalid")  # as its field says
    ask(organizer, update % ("[" * 32 + "]" * 32))
    imported = organizer.get(f"{path}/export.json")
    assert organizer.post("/trips/import", json=imported, status=201)["title"] == trip["title"]


def test_json_in_a_question_may_hold_variables(ask, organizer, trip, path):
    update = "mutation($t: UUID!, $v: JSON, $n: BigInt) { updateTrip(id: $t, input: {tripData: {a: [$v, $n, $t, 1.5, true, null]}}) { id } }"
    ask(organizer, update, t=trip["id"], v={"b": 1}, n=7)
    told = organizer.get(path)["trip_data"]
    assert told == {"a": [{"b": 1}, 7, trip["id"], 1.5, True, None]}


@pytest.mark.parametrize("written", ["7", "{a: 1}", "9" * 5_000, "true"])
def test_a_day_and_an_id_are_strings(ask, organizer, trip, path, written):
    update = (
        f'mutation {{ updateTrip(id: "{trip["id"]}", input: {{startDate: {written}}}) {{ id }} }}'
    )
    ask(organizer, update, code="graphql_invalid")
    ask(organizer, f"{{ trip(id: {written}) {{ id }} }}", code="graphql_invalid")
