"""Five hundred made-up trips, and a judge of plans for them who knows nothing of the planner."""
