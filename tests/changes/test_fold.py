"""The law of the log: a snapshot and the changes after it make the later snapshot, whatever was done.

Hypothesis lets three members do valid and invalid things in any order, with keys so short-lived
that lists are rewritten all the time.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.cast import Person
from tests.fold import comparable, fold
from tests.group import join
from wandr.changes import performing
from wandr.extensions import db
from wandr.locations.models import Location, LocationName
from wandr.trips.models import Trip

FIRST = date(2027, 12, 30)  # a year ends within the trip
ROWS = 6  # activities that the steps are about, by number
STEPS = 14
NUMBERS = (0, 1, -1, 0.0, 1.0, -0.0, 1e2, 1.5e300, 5e-324, 2**63, 10**29, 0.1)
WORDS = ("", "a", "é", "e\u0301", "日本", "\u2028", "\U0001f5fa", '"\\', "\x7f")
DAYS = (None, *((FIRST + timedelta(n)).isoformat() for n in range(4)))
VALUES: dict[str, tuple[Any, ...]] = {
    "day": DAYS,
    "end_day": DAYS,
    "notes": WORDS,
    "status": ("idea", "booked"),
    "start_time": (None, "00:00", "09:30", "22:00"),
    "end_time": (None, "09:30", "23:59"),
    "timezone": (None, "Pacific/Kiritimati", "America/New_York"),
    "cost_minor": (None, 0, 10**15),
    "located": (True, False),
    "company": (0, 2, 3),
}
KINDS = ("create", "update", "update", "move", "move", "move", "delete", "restore", "restore")
Step = tuple[Any, ...]


class Dice(Random):
    """What three people may think of."""

    def steps(self) -> list[Step]:
        return [self.step() for _ in range(STEPS)]

    def step(self) -> Step:
        return self.choice(
            [
                *[("batch", self.who(), self.mode(), self.randrange(6), self.ops())] * 6,
                ("rename", self.who(), self.choice(WORDS[1:])),
                ("role", self.choice(["viewer", "participant"])),
                self.choice([("leave_and_return",), ("trash_and_back",), ("vanish",)]),
            ]
        )

    def who(self) -> int:
        return self.randrange(3)

    def mode(self) -> str:
        return self.choice(["live", "offline", "offline"])

    def ops(self) -> list[Step]:
        return [self.op() for _ in range(self.choice([1, 2, 6]))]

    def op(self) -> Step:
        dates = ("dates", self.randrange(-2, 4), self.randrange(5), self.choice(["keep", "shift"]))
        shift = ("shift", self.choice([-2, -1, 1, 2]))
        return self.choice([*[self.activity_op()] * 8, dates, shift, ("trip_data", self.json())])

    def activity_op(self) -> Step:
        kind = self.choice(KINDS)
        row = self.randrange(ROWS - 1, 4 * ROWS) if kind == "create" else self.randrange(ROWS)
        if kind in ("delete", "restore"):
            return (kind, row, None, None)
        if kind == "update":
            return (kind, row, self.fields(*self.sample(sorted(VALUES), 1)), None)
        place = self.choice(["end", "top", 0, 1])
        return (kind, row, self.fields(*self.choice([(), ("day",)])), place)

    def fields(self, *names: str) -> dict[str, Any]:
        return {name: self.choice(VALUES[name]) for name in names}

    def json(self, depth: int = 3) -> Any:
        if depth == 0 or self.random() < 0.3:
            return self.choice([None, True, False, *NUMBERS, *WORDS])
        inner = [self.json(depth - 1) for _ in range(self.randrange(4))]
        return self.choice([inner, dict(zip(self.sample(WORDS, len(inner)), inner, strict=True))])


class World:
    """A trip with three members, followed by one who only knows the log."""

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        self.organizer = people[0]
        trip = self.organizer.post("/trips", json={"title": "T", "currency": "EUR"})
        self.trip_id, self.path = trip["id"], f"/trips/{trip['id']}"
        for person in people[1:]:
            join(self.trip_id, self.organizer, person, "participant")
        self.place = self.organizer.post(
            "/locations", json={"name": "Home", "latitude": 1.5, "longitude": -0.0}
        )["id"]
        self.first = self.last = self.organizer.get(f"{self.path}/snapshot")
        self.statuses: Counter[str] = Counter()
        wanted = [("create", number, {"day": FIRST.isoformat()}, "end") for number in range(ROWS)]
        self.batch(0, "live", 0, wanted)

    def do(self, step: Step) -> None:
        getattr(self, step[0])(*step[1:])
        self.last = self.check(since=self.last)

    def check(self, since: dict[str, Any]) -> dict[str, Any]:
        """The law, from an earlier snapshot to this one."""
        now = self.organizer.get(f"{self.path}/snapshot")
        found = self.organizer.get(f"{self.path}/changes?since={since['seq']}&limit=500")
        assert found["head"] == now["seq"]
        assert exact(fold(since, found["changes"])) == exact(comparable(now))
        activities = now["entities"]["activity"]
        counted = select(Trip.content_rows).where(Trip.id == UUID(self.trip_id))
        assert db.session.scalar(counted) == len(activities)
        taken = [(one["day"], one["position"]) for one in activities]
        assert len(taken) == len(set(taken)), "two activities in one place"
        told = [(one["day"] is None, one["day"] or "", one["position"]) for one in activities]
        assert told == sorted(told), "the order of the snapshot is not that of the keys"
        return now

    def batch(self, who: int, mode: str, behind: int, wanted: list[tuple[Any, ...]]) -> None:
        batch = {
            "mutation_id": str(uuid4()),
            "mode": mode,
            "base_seq": max(0, self.last["seq"] - behind),
            "ops": [self.op(*one) for one in wanted],
        }
        answer = self.people[who].post(f"{self.path}/changes", json=batch, status=200)
        self.statuses.update(one["status"] for one in answer["results"])
        assert self.people[who].post(f"{self.path}/changes", json=batch, status=200) == answer

    def op(self, kind: str, *given: Any) -> dict[str, Any]:
        if kind == "trip_data":
            fields: dict[str, Any] = {"trip_data": {"value": given[0]}}
            return {"op": "update", "entity": "trip", "id": self.trip_id, "fields": fields}
        if kind == "shift":
            target = {"op": "update", "entity": "trip", "id": self.trip_id}
            return {**target, "shift_days": given[0]}
        if kind == "dates":
            start = FIRST + timedelta(given[0])
            end = start + timedelta(given[1])
            fields = {"start_date": start.isoformat(), "end_date": end.isoformat()}
            target = {"op": "update", "entity": "trip", "id": self.trip_id}
            return {**target, "fields": fields, "dates_mode": given[2]}
        row, fields, after = given
        op: dict[str, Any] = {"op": kind, "entity": "activity", "id": self.row_id(row)}
        if fields is not None:
            op["fields"] = self.fields(kind, fields)
        if after not in ("end", None):
            op["after"] = None if after == "top" else self.row_id(after)
        return op

    def fields(self, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        fields = {
            name: value for name, value in given.items() if name not in ("located", "company")
        }
        if "company" in given:
            company = self.people[: given["company"]]
            fields["participants"] = [str(person.user_id) for person in company]
        if "located" in given:
            fields["location_id"] = self.place if given["located"] else None
        return {"title": "A", **fields} if kind == "create" else fields

    def row_id(self, number: int) -> str:
        return str(uuid5(UUID(self.trip_id), str(number)))

    def rename(self, who: int, name: str) -> None:
        self.people[who].patch("/users/me", json={"display_name": name})

    def role(self, role: str) -> None:
        address = f"{self.path}/members/{self.people[2].user_id}"
        self.organizer.patch(address, json={"role": role})

    def leave_and_return(self) -> None:
        self.people[2].delete(f"{self.path}/members/{self.people[2].user_id}")
        join(self.trip_id, self.organizer, self.people[2], "participant")

    def trash_and_back(self) -> None:
        self.organizer.delete(self.path)
        self.organizer.post(f"{self.path}/restoration")

    def vanish(self) -> None:
        """The place goes away; what activities keep of it stays."""
        db.session.execute(delete(LocationName).where(LocationName.location_id == UUID(self.place)))
        db.session.execute(delete(Location).where(Location.id == UUID(self.place)))
        db.session.commit()


def exact(value: Any) -> str:
    """As text: Python calls 1, 1.0 and true equal."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize(("longest", "examples"), [(2, 6), (48, 4)])
def test_snapshot_and_changes_make_the_later_snapshot(
    organizer, participant, outsider, monkeypatch, longest, examples
):
    monkeypatch.setattr(performing, "LONGEST", longest)
    statuses: Counter[str] = Counter()

    @settings(derandomize=True, max_examples=examples, deadline=None, database=None)
    @given(st.integers(0, 2**64))
    def law(number: int) -> None:
        world = World([organizer, participant, outsider])
        for step in Dice(number).steps():
            world.do(step)
        world.check(since=world.first)
        statuses.update(world.statuses)

    law()
    assert statuses["applied"] > statuses.total() / 3, statuses
    assert {"noop", "skipped", "rejected", "conflict"} <= statuses.keys(), statuses
