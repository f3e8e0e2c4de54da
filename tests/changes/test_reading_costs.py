"""Reading takes the same few statements, however much there is to read."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.statements import counted


@pytest.fixture
def fill(path, participant):
    """Make so many activities."""

    def make(count: int) -> None:
        ops = [
            {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "Tea"}}
            for _ in range(count)
        ]
        for start in range(0, count, 200):
            batch = {"mutation_id": str(uuid4()), "ops": ops[start : start + 200]}
            participant.post(f"{path}/changes", json=batch)

    return make


def test_a_snapshot_takes_two_statements_of_ten_entities_and_of_a_thousand(
    path, viewer, fill, rolled_back
):
    for more, whole in ((10, 10), (990, 1000)):
        fill(more)
        with counted(rolled_back) as statements:
            snapshot = viewer.get(f"{path}/snapshot")
        assert len(snapshot["entities"]["activity"]) == whole
        assert len(statements) == 2, statements  # the caller's session, and the whole


@pytest.mark.parametrize("count", [1, 20, 100])
def test_a_list_of_content_takes_as_many_however_long(path, viewer, fill, rolled_back, count):
    fill(count)
    with counted(rolled_back) as statements:
        assert len(viewer.get(f"{path}/activities?limit=100")["items"]) == count
    assert len(statements) == 3, statements  # the caller's session, their access, the rows
