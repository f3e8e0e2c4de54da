"""A trip, four devices of three people over two processes, and what must be true of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any
from uuid import UUID

from flask import Flask

from tests.cast import Person
from tests.convergence import oracle
from tests.convergence.oracle import Made
from tests.convergence.rest import found_trip, let_in, take_out, typed_op
from tests.convergence.steps import Step, op_of, row_id
from tests.convergence.wire import Device, Process
from wandr.changes.feed import changes_since, snapshot
from wandr.changes.models import TripChange
from wandr.changes.ops import read_ops
from wandr.changes.service import apply
from wandr.changes.undo import undo_change
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.transaction import atomic, reading
from wandr.trips.members import change_member
from wandr.trips.models import Trip

HOMES = (("olga", 0, 0), ("pavel", 1, 0), ("pavels laptop", 1, 1), ("vera", 2, 1))
QUIET = 30  # rounds in which everything must have come to rest


class World:
    """One run. `people` are an organizer and two others."""

    def __init__(self, app: Flask, people: list[Person]) -> None:
        self.app, self.people, self.olga = app, people, people[0]
        self.removed_at: dict[UUID, int] = {}
        self.numbers = count(1)
        self.told: Counter[str] = Counter()
        self.made: list[Made] = []
        self.undone: dict[int, int] = {}  # the seqs of undos, and of what they took back
        self.samples: set[tuple[str, int, str]] = set()  # what a device held, and at which seq
        with self._request():
            self.trip_id = found_trip(people, self.numbers)
        self.processes = [Process(app, self.watch) for _ in range(2)]
        self.devices = [
            Device(name, people[who], self.processes[where], str(self.trip_id))
            for name, who, where in HOMES
        ]
        self._open_everywhere()

    def those(self, chosen: Callable[[Device], bool]) -> list[Device]:
        """The devices that are so."""
        return [device for device in self.devices if chosen(device)]

    @property
    def is_in_trash(self) -> bool:
        """As far as the organizer's phone knows."""
        state = self.devices[0].client.state
        return state is not None and not state["rows"]["trip"]

    # What may happen.

    def edit(self, device: Device, steps: list[Step]) -> None:
        if device.client.state is not None:
            ops = [op_of(step, self.trip_id, next(self.numbers)) for step in steps]
            self._note(device, device.client.edit(*ops))

    def decide(self, device: Device, *, mine: bool) -> None:
        """A person decides about the oldest refusal."""
        refusal = device.client.refused[0]
        if mine:
            self._note(device, device.client.keep_mine(refusal))
        else:
            device.client.keep_theirs(refusal)

    def come_go_or_rise(self, person: Person, role: str | None) -> None:
        """Let somebody back in; or take them out, or give them another role."""
        with self._request():
            if person.user_id in self.removed_at:
                if let_in(self.trip_id, self.olga, person, role or "participant"):
                    del self.removed_at[person.user_id]
            elif role is None:
                self.removed_at[person.user_id] = take_out(self.trip_id, self.olga, person)
            else:
                change_member(self.trip_id, self.olga.user_id, person.user_id, {"role": role})

    def type(self, device: Device, row: int) -> None:
        """Type over the beginning of an activity's notes, by Yjs."""
        activity = row_id(self.trip_id, row)
        shown = device.client.view() if device.client.state is not None else {}
        if device.sid and activity in shown.get("activity", {}):
            with self._request():
                text = f"{next(self.numbers)}"
                op = typed_op(self.trip_id, device.person, activity, text)
                self._note(device, device.client.edit(op))

    def undo(self, back: int, *, by_olga: bool) -> None:
        """Take back what was done so many changes ago; if not by her, then by who did it."""
        with self._request():
            undone = max(2, db.session.get_one(Trip, self.trip_id).seq - back)
            author = db.session.get_one(TripChange, (self.trip_id, undone)).actor_id
            actor = self.olga.user_id if by_olga else author
            outcome = undo_change(self.trip_id, actor, undone)
            told = [one.problem.code if one.problem else one.status for one in outcome.results]
            self.told.update(f"undo {one}" for one in told)
            if "applied" in told:
                self.undone[outcome.head] = undone

    def untrash(self) -> None:
        op = {"op": "restore", "entity": "trip", "id": str(self.trip_id)}
        with self._request():
            apply(self.trip_id, self.olga.user_id, read_ops([op]), source="rest")

    def heal(self) -> None:
        """Everybody is let in, connected and served until nothing is left to say."""
        for process in self.processes:
            process.tell_heads()
        for _ in range(QUIET):
            self._let_everybody_in()
            if self._comes_to_rest() and not self.is_in_trash:
                return
        raise AssertionError("it does not come to rest")

    def what_happened(self) -> Counter[str]:
        """How often: events, and what became of ops."""
        told = self.told.copy()
        for device in self.devices:
            told += device.seen
            for result in (one for results in device.outcomes.values() for one in results):
                code = result.get("error", {}).get("code", "")
                told[f"{result['status']} {code}".strip()] += 1
        return told

    # What must be true.

    def watch(self, user_id: UUID, told: dict[str, Any]) -> None:
        """Nothing from a removal on reaches the removed, however it travels."""
        removed_at = self.removed_at.get(user_id)
        if removed_at is None or not told.get("ok", True):
            return
        seqs = [change["seq"] for change in told.get("changes") or []]
        seqs += [told.get("head", 0), *(one["seq"] or 0 for one in told.get("results", []))]
        assert max(seqs) < removed_at, f"removed at {removed_at}, and told {max(seqs)}"

    def check_device(self, device: Device) -> None:
        """No edit is lost from a queue, forgotten too early or shown too long."""
        client = device.client
        waiting = {one.id for one in client.pending}
        seq = client.state["seq"] if client.state else 0
        for made in self.made:
            if made.device is device:
                is_awaited = made.results is None or max(made.applied, default=0) > seq
                assert is_awaited == (made.id in waiting), f"{made.id}: {made.results} at {seq}"
        if client.state is not None and device.sampled != (id(client.state), seq):
            device.sampled = (id(client.state), seq)
            self.samples.add((device.name, seq, oracle.exact(client.state["rows"])))

    def check(self) -> None:
        """After `heal`: one log, and everybody holds, and held, exactly what it says."""
        with self.app.app_context(), reading():
            log = changes_since(self.trip_id, self.olga.user_id, 0, 10_000)
            whole = json.loads(snapshot(self.trip_id, self.olga.user_id)[0])
        changes = log["changes"]
        oracle.check_log(log, self.made)
        oracle.check_rights(changes)
        oracle.check_texts(changes, whole)
        for made in self.made:
            if made.is_offline:
                oracle.check_collisions(changes, made)
        for at, undone in self.undone.items():
            oracle.check_undo(changes, at, undone)
        states = dict(oracle.states_of(changes))
        for name, seq, rows in self.samples:
            assert rows == states[seq], f"{name} did not hold the trip as it was at {seq}"
        for device in self.devices:
            oracle.check_end(device, whole)

    # How it is done.

    def _let_everybody_in(self) -> None:
        """Also to the trip that has just been deleted, by an edit that had waited in a queue."""
        if self.those(lambda device: device.client.is_gone) or self.is_in_trash:
            self.untrash()
        for person in self.people[1:]:
            if person.user_id in self.removed_at:
                self.come_go_or_rise(person, None)

    def _comes_to_rest(self) -> bool:
        for device in self.devices:
            if device.is_away:
                device.connect()
            device.sync()
            self.check_device(device)
        for process in self.processes:
            process.look()
        return not self.those(lambda one: bool(one.is_away or one.inbox or one.outbox))

    def _note(self, device: Device, mutation_id: str) -> None:
        self.made.append(Made(mutation_id, device, is_offline=not device.client.is_joined))
        device.send()

    def _open_everywhere(self) -> None:
        """The organizer's phone begins with a snapshot; the others had the trip before."""
        for device in self.devices:
            if device is not self.devices[0]:
                state = self.devices[0].client.state
                device.store.save({**(device.store.load() or {}), "state": state})
                device.boot()
            device.connect()
            device.sync()

    @contextmanager
    def _request(self) -> Iterator[None]:
        """A request over REST; in a trip that is in the trash it finds nothing."""
        with suppress(NotFound), self.app.app_context(), atomic():
            yield
