"""Following a trip by its log, from one look at it to the next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from tests.cast import Person
from tests.fold import comparable, fold
from wandr.extensions import db
from wandr.itinerary.models import Activity

FIRST = date(2027, 4, 1)


class Log:
    """A trip, changed by somebody who follows it."""

    def __init__(self, path: str, person: Person) -> None:
        self.path, self.person = path, person
        self.last = person.get(f"{path}/snapshot")

    def send(self, *ops: dict[str, Any], mode: str = "live") -> list[dict[str, Any]]:
        batch = {"mutation_id": str(uuid4()), "mode": mode, "ops": list(ops)}
        return self.person.post(f"{self.path}/changes", json=batch, status=200)["results"]

    def shift(self, days: int) -> None:
        self.person.patch(self.path, json={"shift_days": days}, status=200)

    def set_dates(self, start: int, end: int, mode: str) -> None:
        dates = [(FIRST + timedelta(day)).isoformat() for day in (start, end)]
        body = {"start_date": dates[0], "end_date": dates[1], "dates_mode": mode}
        self.person.patch(self.path, json=body, status=200)

    def undo(self) -> None:
        """Take the newest change back, whole; the deletion of what was deleted before included."""
        seq = self.person.get(self.path)["seq"]
        outcome = self.person.post(f"{self.path}/changes/{seq}/undo", status=200)
        assert outcome["partial"] is False, outcome

    def check(self) -> dict[str, dict[str, Any]]:
        """The law since the last look, and that no two stand in one place; the activities by id."""
        now = self.person.get(f"{self.path}/snapshot")
        found = self.person.get(f"{self.path}/changes?since={self.last['seq']}&limit=500")
        assert fold(self.last, found["changes"]) == comparable(now)
        self.last = now
        places = db.session.execute(
            select(Activity.day, Activity.position).where(
                Activity.trip_id == now["trip"]["id"], Activity.deleted_seq.is_(None)
            )
        ).all()
        assert len(places) == len(set(places)), "two in one place"
        return {one["id"]: one for one in now["entities"]["activity"]}


def on(day: int) -> str:
    return (FIRST + timedelta(day)).isoformat()


def op(kind: str, row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"op": kind, "entity": "activity", "id": row["id"], **more}
