"""The law of the log: a snapshot and the changes after it make the later snapshot, whatever was done.

Hypothesis lets three members do valid and invalid things in any order, with keys so short-lived
that lists are rewritten all the time.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from tests.cast import Person
from tests.fold import comparable, fold
from tests.group import join
from wandr.changes import performing
from wandr.extensions import db
from wandr.locations.models import Location, LocationName

FIRST = date(2027, 12, 30)  # a year ends within the trip
ROWS = 6  # activities that the steps are about, by number
numbers = st.integers(-(10**29), 10**29) | st.floats(allow_nan=False, allow_infinity=False)
words = st.text(max_size=6).filter(lambda one: one.isprintable())
json_values = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, 0.0, 1.0, -0.0, 1e2]) | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
rows = st.integers(0, ROWS - 1)
days = st.none() | st.integers(0, 3).map(lambda n: (FIRST + timedelta(n)).isoformat())
places = st.sampled_from(["end", "top"]) | rows
contents = st.fixed_dictionaries(
    {},
    optional={
        "day": days,
        "notes": words,
        "status": st.sampled_from(["idea", "booked"]),
        "end_day": days,
        "start_time": st.sampled_from([None, "00:00", "09:30", "22:00"]),
        "end_time": st.sampled_from([None, "09:30", "23:59"]),
        "timezone": st.sampled_from([None, "Pacific/Kiritimati", "America/New_York"]),
        "cost_minor": st.none() | st.integers(0, 10**15),
        "located": st.booleans(),
    },
)
activity_ops = st.one_of(
    st.tuples(st.just("create"), rows, contents, places),
    st.tuples(st.just("update"), rows, contents, st.none()),
    st.tuples(st.just("move"), rows, st.fixed_dictionaries({}, optional={"day": days}), places),
    st.tuples(st.sampled_from(["delete", "restore"]), rows, st.none(), st.none()),
)
trip_ops = st.one_of(
    st.tuples(st.just("trip_data"), json_values),
    st.tuples(
        st.just("dates"), st.integers(-2, 3), st.integers(0, 4), st.sampled_from(["keep", "shift"])
    ),
)
batches = st.tuples(
    st.just("batch"),
    st.integers(0, 2),  # who
    st.sampled_from(["live", "offline"]),
    st.integers(0, 6),  # how far behind
    st.lists(activity_ops | trip_ops, min_size=1, max_size=4),
)
steps = st.one_of(
    batches,
    batches,
    st.tuples(st.just("rename"), st.integers(0, 2), words.filter(bool)),
    st.tuples(st.just("role"), st.sampled_from(["viewer", "participant"])),
    st.tuples(st.sampled_from(["leave_and_return", "trash_and_back", "vanish"])),
)


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

    def do(self, step: tuple[Any, ...]) -> None:
        getattr(self, step[0])(*step[1:])
        self.check()

    def check(self) -> None:
        """The law, from the last snapshot and from the first."""
        now = self.organizer.get(f"{self.path}/snapshot")
        for earlier in (self.last, self.first):
            found = self.organizer.get(f"{self.path}/changes?since={earlier['seq']}&limit=500")
            assert found["head"] == now["seq"]
            assert exact(fold(earlier, found["changes"])) == exact(comparable(now))
        self.last = now
        activities = now["entities"]["activity"]
        taken = [(one["day"], one["position"]) for one in activities]
        assert len(taken) == len(set(taken)), "two activities in one place"
        told = [(one["day"] is None, one["day"] or "", one["position"]) for one in activities]
        assert told == sorted(told), "the order of the snapshot is not that of the keys"
        assert sorted(
            one["id"] for one in self.organizer.get(f"{self.path}/activities?limit=100")["items"]
        ) == sorted(one["id"] for one in activities)

    def batch(self, who: int, mode: str, behind: int, wanted: list[tuple[Any, ...]]) -> None:
        batch = {
            "mutation_id": str(uuid4()),
            "mode": mode,
            "base_seq": max(0, self.last["seq"] - behind),
            "ops": [self.op(*one) for one in wanted],
        }
        answer = self.people[who].post(f"{self.path}/changes", json=batch, status=200)
        assert self.people[who].post(f"{self.path}/changes", json=batch, status=200) == answer

    def op(self, kind: str, *given: Any) -> dict[str, Any]:
        if kind == "trip_data":
            fields: dict[str, Any] = {"trip_data": {"value": given[0]}}
            return {"op": "update", "entity": "trip", "id": self.trip_id, "fields": fields}
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
        fields = {name: value for name, value in given.items() if name != "located"}
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


@pytest.mark.parametrize(("longest", "examples"), [(2, 12), (48, 6)])
def test_snapshot_and_changes_make_the_later_snapshot(
    organizer, participant, outsider, monkeypatch, longest, examples
):
    monkeypatch.setattr(performing, "LONGEST", longest)
    worlds = count()

    @seed(20261123)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(steps, min_size=4, max_size=10))
    def law(done: list[tuple[Any, ...]]) -> None:
        next(worlds)
        world = World([organizer, participant, outsider])
        for step in done:
            world.do(step)

    law()
    assert next(worlds) >= examples
