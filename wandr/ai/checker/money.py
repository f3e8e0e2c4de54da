"""Whether the money is enough. What costs nobody knows what is counted, not guessed."""

from __future__ import annotations

from collections.abc import Iterator

from wandr.ai.checker.itinerary import Itinerary
from wandr.ai.planner.model import Finding
from wandr.rates import convert


def over_budget(plan: Itinerary) -> Iterator[Finding]:
    """The known costs, in the currency of the budget, against the budget."""
    budget, currency = plan.terms.budget_minor, plan.terms.currency or plan.currency
    if budget is None or currency is None:
        return
    priced = [one for one in plan.items if one.cost_minor is not None and one.currency]
    costs = {one.id: convert(one.cost_minor or 0, one.currency or "", currency) for one in priced}
    unknown = [item_id for item_id, cost in costs.items() if cost is None]
    known = [cost for cost in costs.values() if cost is not None]
    total = sum(cost.minor for cost in known)
    dated = [cost.as_of for cost in known if cost.as_of is not None]
    values = {
        "currency": currency,
        "budget_minor": budget,
        "total_minor": total,
        "unpriced": len(plan.items) - len(priced),
        "rates_of": f"{min(dated)}" if dated else None,
    }
    if unknown:
        yield Finding(
            "cost_unknown",
            "warning",
            f"What {len(unknown)} of them cost in {currency} is not known: no rate.",
            values,
            entity_ids=tuple(unknown),
        )
    if total > budget:
        yield Finding(
            "over_budget",
            "error",
            f"What is planned costs more than the budget: {total} of {budget} (minor units of"
            f" {currency}).",
            values,
            entity_ids=tuple(item.id for item in priced if item.cost_minor),
        )
