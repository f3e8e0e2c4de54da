"""A budget: what visits cost, roughly, and plans that stay within it.

A place has a price band, not a price; a band stands for so much a person in euro. Meals that are
not planned, stays and ways are not counted, and what is unknown counts nothing and is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from wandr.ai.planner.model import Place, Plan, PlannedVisit, Wishes
from wandr.ai.planner.scoring import value_of
from wandr.rates import convert, digits_of

EUR_MINOR_BY_BAND: Final = (0, 1_000, 2_000, 3_500, 7_000)
ROUNDS: Final = 8
NO_CURRENCY: Final = "Not checked: the budget, since I know no rate of its currency."

Maker = Callable[[Sequence[Place]], Plan]


def within_budget(wishes: Wishes, places: Sequence[Place], make: Maker) -> Plan:
    """A plan that costs no more than the budget: what gives least for its price is left out and
    planned without, again and again. Places that were named go last."""
    if wishes.budget_minor is None:
        return make(places)
    costs = costs_of(places, wishes)
    if costs is None:
        planned = make(places)
        return replace(planned, notes=(*planned.notes, NO_CURRENCY))
    by_id, left = {place.id: place for place in places}, list(places)
    planned = make(left)
    for _ in range(ROUNDS):
        gone = _too_dear(planned, by_id, costs, wishes)
        if not gone:
            break
        left = [place for place in left if place.id not in gone]
        planned = make(left)
    gone = _too_dear(planned, by_id, costs, wishes)
    items = tuple(
        replace(item, cost_minor=costs.get(item.place_id))
        for item in planned.items
        if item.place_id not in gone
    )
    return replace(planned, items=items, notes=(*planned.notes, _note(items, wishes)))


def costs_of(places: Sequence[Place], wishes: Wishes) -> Mapping[str, int] | None:
    """What a visit costs all travellers, in minor units of the budget's currency, by place; without
    the places whose price nobody knows. None where the currency has no rate."""
    if wishes.currency is None:
        return None
    bands = [convert(minor, "EUR", wishes.currency) for minor in EUR_MINOR_BY_BAND]
    prices = [band.minor for band in bands if band is not None]
    if len(prices) < len(bands):
        return None
    return {
        place.id: prices[place.price_band] * wishes.party
        for place in places
        if place.price_band is not None
    }


def _too_dear(
    planned: Plan, places: Mapping[str, Place], costs: Mapping[str, int], wishes: Wishes
) -> set[str]:
    """The places to do without, so that the rest of the plan is within the budget."""
    over = _sum(planned.items, costs) - (wishes.budget_minor or 0)
    named = frozenset(wishes.named_places)

    def worth_its_price(item: PlannedVisit) -> tuple[bool, float, str]:
        place = places[item.place_id]
        value = value_of(place, wishes, frozenset())
        return place.name in named, value / costs[item.place_id], item.place_id

    priced = sorted((one for one in planned.items if costs.get(one.place_id)), key=worth_its_price)
    left = Counter(item.day for item in planned.items)
    gone: set[str] = set()
    for spares_last in (True, False):  # the last visit of a day goes only when all else has
        for item in priced:
            if over > 0 and item.place_id not in gone and left[item.day] > spares_last:
                gone.add(item.place_id)
                left[item.day] -= 1
                over -= costs[item.place_id]
    return gone


def _sum(items: Sequence[PlannedVisit], costs: Mapping[str, int]) -> int:
    return sum(costs.get(item.place_id, 0) for item in items)


def _note(items: Sequence[PlannedVisit], wishes: Wishes) -> str:
    currency = wishes.currency or ""
    unit: int = 10 ** digits_of(currency)
    total = sum(item.cost_minor or 0 for item in items) / unit
    unknown = sum(item.cost_minor is None for item in items)
    more = f" {unknown} visits have no known price." if unknown else ""
    return (
        f"Roughly {total:,.0f} {currency} of {(wishes.budget_minor or 0) / unit:,.0f} for"
        f" {wishes.party} {'person' if wishes.party == 1 else 'people'}, by price bands; stays,"
        f" ways and other meals are not in it.{more}"
    )
