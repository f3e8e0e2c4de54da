"""A whole journey: through all its cities, within its budget, fair to all who come along."""

from __future__ import annotations

from collections.abc import Sequence

from wandr.ai.planner.cities import City, apart, plan_cities
from wandr.ai.planner.fairness import fairest
from wandr.ai.planner.model import Place, Plan, Progress, Stop, Wishes
from wandr.ai.planner.planner import no_progress, plan
from wandr.ai.planner.spending import within_budget


def plan_journey(
    wishes: Wishes,
    cities: Sequence[City],
    places: Sequence[Place],
    stops: Sequence[Stop],
    *,
    seed: int,
    progress: Progress = no_progress,
) -> Plan:
    """Plan as `plan` does, with several cities, a budget and tastes where there are any."""

    def visit(wanted: Wishes, some: Sequence[Place]) -> Plan:
        if len(apart(cities)) > 1:
            return plan_cities(wanted, cities, some, stops, seed=seed, progress=progress)
        return plan(wanted, some, stops, seed=seed, progress=progress)

    def afford(wanted: Wishes) -> Plan:
        return within_budget(wanted, places, lambda some: visit(wanted, some))

    return fairest(wishes, places, afford)
