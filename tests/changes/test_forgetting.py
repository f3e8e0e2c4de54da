"""Outcomes are kept as long as a phone may be offline, and no longer."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import func, select, text

from wandr.changes.models import TripMutation
from wandr.changes.mutations import forget_old_mutations
from wandr.extensions import db
from wandr.transaction import atomic


def test_outcomes_older_than_ninety_days_are_forgotten(path, participant):
    for _ in range(2):
        op = {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "Tea"}}
        participant.post(f"{path}/changes", json={"mutation_id": str(uuid4()), "ops": [op]})
    db.session.execute(
        text(
            "UPDATE trip_mutations SET at = at - interval '91 days'"
            " WHERE mutation_id = (SELECT mutation_id FROM trip_mutations LIMIT 1)"
        )
    )
    db.session.commit()
    with atomic():
        assert forget_old_mutations() == 1
    assert db.session.scalar(select(func.count()).select_from(TripMutation)) == 1
