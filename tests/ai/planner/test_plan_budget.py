"""Plans within a budget: price bands, the whole party, and what is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ai.planner.building import place, wishes
from wandr.ai.planner.conflicts import find_conflict
from wandr.ai.planner.model import Place, Plan, Wishes
from wandr.ai.planner.planner import plan
from wandr.ai.planner.spending import costs_of, within_budget

PLACES = [
    *(place(f"free-{n}", at=(n, 0), price_band=0, prominence=2) for n in range(3)),
    *(place(f"dear-{n}", at=(n, 1), price_band=4, prominence=4) for n in range(3)),
]


def planned(places: Any = PLACES, **more: Any) -> Plan:
    wanted = wishes(1, currency="EUR", **more)
    return within_budget(wanted, places, lambda some: plan(wanted, some, [], seed=1))


def total(of: Plan) -> int:
    return sum(item.cost_minor or 0 for item in of.items)


def titles(of: Plan) -> set[str]:
    return {item.title for item in of.items}


def test_a_plan_stays_within_the_budget_and_says_what_it_takes() -> None:
    rich, poor = planned(budget_minor=100_000), planned(budget_minor=8_000)
    assert total(rich) == 21_000
    assert total(poor) == 7_000
    assert {"Free 0", "Free 1", "Free 2"} <= titles(poor)
    assert any("Roughly 70 EUR of 80 for 1 person" in note for note in poor.notes)


def test_a_budget_is_for_everybody() -> None:
    assert total(planned(budget_minor=15_000, party=2)) == 14_000
    assert total(planned(budget_minor=13_000, party=2)) == 0


def test_with_no_money_what_is_free_is_left() -> None:
    assert titles(planned(budget_minor=1)) == {"Free 0", "Free 1", "Free 2"}


def test_what_is_named_goes_last() -> None:
    named = planned(budget_minor=7_000, named_places=("Dear 2",))
    assert "Dear 2" in titles(named)
    assert total(named) == 7_000


def test_a_budget_that_the_named_break_is_named_as_the_conflict() -> None:
    wanted = wishes(1, currency="EUR", budget_minor=5_000, named_places=("Dear 2",))

    def make(asked: Wishes) -> Plan:
        return within_budget(asked, PLACES, lambda some: plan(asked, some, [], seed=1))

    conflict = find_conflict(wanted, make(wanted), PLACES, [], again=make)
    assert conflict is not None
    assert set(conflict.wishes) == {"the budget", "Dear 2"}
    assert "without: the budget" in conflict.relaxations


def test_what_has_no_known_price_is_told_and_counts_nothing() -> None:
    unknown: list[Place] = [place("unknown", price_band=None)]
    found = planned(unknown, budget_minor=1_000)
    assert [item.cost_minor for item in found.items] == [None]
    assert any("1 visits have no known price" in note for note in found.notes)


def test_other_currencies_are_converted() -> None:
    yen = wishes(1, currency="JPY", budget_minor=100_000)
    costs = costs_of([place("dear", price_band=4)], yen)
    assert costs is not None
    assert 5_000 < costs["dear"] < 20_000  # 70 EUR in yen, which has no minor unit


@pytest.mark.parametrize("currency", [None, "XXX"])
def test_without_a_rate_it_is_not_checked_and_that_is_told(currency: str | None) -> None:
    wanted = wishes(1, currency=currency, budget_minor=10)
    found = within_budget(wanted, PLACES, lambda some: plan(wanted, some, [], seed=1))
    assert any("Not checked: the budget" in note for note in found.notes)
    assert found.items


def test_without_a_budget_nothing_is_priced() -> None:
    assert {item.cost_minor for item in planned().items} == {None}
