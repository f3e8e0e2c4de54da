"""Ops that only some may see: the others get the same seqs and nothing of the rest."""

from __future__ import annotations

from uuid import uuid4

import pytest

from wandr.base import utc_now
from wandr.changes.audience import addressed, split_update, visible_ops
from wandr.changes.feed import change_as_json
from wandr.changes.models import TripChange

ANN, BOB, CAT = (str(uuid4()) for _ in range(3))
UPDATE = {"op": "update", "entity": "note", "id": "n1", "fields": {"text": "new"}}
VALUE = {"id": "n1", "text": "new"}


def kinds(ops, viewer):
    return [op["op"] for op in visible_ops(ops, viewer)]


@pytest.mark.parametrize(
    ("was", "now", "ann", "bob", "cat"),
    [
        (None, None, ["update"], ["update"], ["update"]),
        ([ANN, BOB], [ANN, BOB], ["update"], ["update"], []),
        ([ANN], [ANN, BOB], ["update"], ["create"], []),
        ([ANN, BOB], [ANN], ["update"], ["delete"], []),
        ([ANN], [BOB], ["delete"], ["create"], []),
        (None, [ANN], ["update"], ["delete"], ["delete"]),
        ([ANN], None, ["update"], ["create"], ["create"]),
    ],
)
def test_gaining_sight_is_a_create_and_losing_it_a_delete(was, now, ann, bob, cat):
    ops = split_update(UPDATE, VALUE, was, now)
    assert [kinds(ops, viewer) for viewer in (ANN, BOB, CAT)] == [ann, bob, cat]


def test_a_hidden_change_tells_neither_author_nor_client():
    change = TripChange(
        trip_id=uuid4(), seq=7, actor_id=uuid4(), client_id=uuid4(), mutation_id=uuid4(),
        source="rest", ops=[addressed(UPDATE, [ANN])], inverse=[], at=utc_now(),
    )  # fmt: skip
    seen = change_as_json(change, BOB)
    assert (seen["seq"], seen["ops"]) == (7, [])
    assert seen["by"] is seen["client_id"] is seen["mutation_id"] is None
    assert change_as_json(change, ANN)["ops"] == [UPDATE]


def test_an_address_is_never_shown():
    assert visible_ops([addressed(UPDATE, None, but=[BOB])], ANN) == [UPDATE]
    assert visible_ops([addressed(UPDATE, None, but=[BOB])], BOB) == []
