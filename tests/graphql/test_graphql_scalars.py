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
    assert "53 bits" in error["message"] or "cannot represent" in error["message"], error
    body = query.split("{", 1)[1].replace("$t", json.dumps(trip["id"]))
    head = "mutation {" if query.startswith("mutation") else "query {"
    ask(organizer, head + body.replace("$n", json.dumps(value)), code="graphql_invalid")
    assert organizer.get(path)["title"] == trip["title"]


def test_a_big_int_may_be_large(ask, organizer, trip):
    ask(organizer, HISTORY, t=trip["id"], n=2**53 - 1)
    literal = f'{{ history(tripId: "{trip["id"]}", before: {2**53 - 1}) {{ before }} }}'
    ask(organizer, literal)
    ask(organizer, literal.replace(str(2**53 - 1), "9" * 5_000), code="graphql_invalid")
