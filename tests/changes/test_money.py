"""Money that is there is changed by who has seen it, never blindly."""

from __future__ import annotations

from uuid import uuid4

import pytest


@pytest.fixture
def row(plan):
    return plan("Ryokan", cost_minor=20_000, currency="JPY")


@pytest.fixture
def batch(path, row):
    def batch(person, base_seq=None, mode="live", **fields):
        op = {"op": "update", "entity": "activity", "id": row["id"], "fields": fields}
        body = {"mutation_id": str(uuid4()), "ops": [op], "mode": mode, "base_seq": base_seq}
        return person.post(f"{path}/changes", json=body)["results"][0]

    return batch


@pytest.fixture
def address(path, row):
    return f"{path}/activities/{row['id']}"


def tag(version):
    return {"If-Match": f'"{version}.0"'}


def test_over_rest_it_takes_an_if_match(address, row, organizer):
    refused = organizer.patch(address, json={"cost_minor": 1}, status=428)
    assert refused["code"] == "precondition_required"
    assert refused["current"]["cost_minor"] == 20_000
    assert organizer.patch(address, json={"cost_minor": 1}, headers=tag(row["version"]))


def test_an_if_match_of_before_somebody_wrote_is_stale(address, row, organizer, participant):
    participant.patch(address, json={"cost_minor": 2}, headers=tag(row["version"]))
    organizer.patch(address, json={"cost_minor": 1}, headers=tag(row["version"]), status=412)


def test_where_there_is_none_nothing_is_overwritten(path, plan, organizer):
    row = plan("Tea")
    made = organizer.patch(f"{path}/activities/{row['id']}", json={"cost_minor": 5})
    assert (made["cost_minor"], made["currency"]) == (5, "JPY")


def test_what_is_not_money_needs_nothing(address, organizer):
    assert organizer.patch(address, json={"title": "Inn"})["cost_minor"] == 20_000
    assert organizer.patch(address, json={"cost_minor": 20_000})["title"] == "Inn"  # no change


def test_in_a_batch_it_takes_a_base_seq(batch, organizer):
    refused = batch(organizer, cost_minor=1)
    assert (refused["status"], refused["error"]["code"]) == ("rejected", "precondition_required")
    assert refused["current"]["cost_minor"] == 20_000


@pytest.mark.parametrize("mode", ["live", "offline"])
def test_what_somebody_else_changed_since_is_a_conflict_also_live(
    batch, address, row, organizer, participant, mode
):
    batch(participant, base_seq=row["version"], cost_minor=2)
    mine = batch(organizer, base_seq=row["version"], mode=mode, cost_minor=3)
    assert (mine["status"], mine["current"]["cost_minor"]) == ("conflict", 2)
    assert organizer.get(address)["cost_minor"] == 2


def test_the_currency_goes_with_the_amount(batch, row, organizer, participant):
    batch(participant, base_seq=row["version"], currency="EUR")
    assert batch(organizer, base_seq=row["version"], cost_minor=3)["status"] == "conflict"


def test_ones_own_edit_is_no_conflict(batch, row, address, participant):
    for amount in (2, 3):  # a queue that was made offline, all on one base
        assert batch(participant, base_seq=row["version"], cost_minor=amount)["status"] == "applied"
    assert participant.get(address)["cost_minor"] == 3


def test_who_has_seen_it_may_change_it(batch, row, organizer, participant):
    theirs = batch(participant, base_seq=row["version"], cost_minor=2)
    assert batch(organizer, base_seq=theirs["seq"], cost_minor=3)["status"] == "applied"
