"""Hypothesis lets anything happen to a world, heals it, and looks whether all agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from flask import Flask
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.cast import Person
from tests.convergence.rest import small_limits
from tests.convergence.steps import STEPS, Step
from tests.convergence.wire import Device, Process
from tests.convergence.world import World

LENGTH = 30  # steps of a run
NUMBER = st.integers(0, 3)
WANTED = st.lists(st.sampled_from(STEPS), min_size=1, max_size=2)
LET_IN = ("viewer", "participant", "organizer")
# What can happen to a request that is on its way, to messages, and to a device.
TROUBLES: dict[str, Callable[[Device], None]] = {
    "a commit fails": lambda device: device.serve(lost_commit=True),
    "a request comes twice": lambda device: device.serve(twice=True),
    "the connection breaks after a request": Device.hang_up_on,
    "a message comes twice": lambda device: device.deliver(twice=True),
    "changes are lost": Device.lose_changes,
    "an answer is lost": Device.lose_answers,
    "the app is killed": Device.boot,
    "the client asks again": Device.give_up,
    "five seconds pass": Device.tick,
    "the connection breaks": Device.disconnect,
}


class Convergence(RuleBasedStateMachine):
    """One run is one trip. A subclass says over which application, and by whom.

    Rules are few, and each does something: hypothesis leaves some out of every run.
    """

    app: ClassVar[Flask]
    people: ClassVar[list[Person]]
    told: ClassVar[Counter[str]]  # what happened in all runs: a vacuous one shows

    def __init__(self) -> None:
        super().__init__()
        self.told["runs"] += 1
        self.world = World(self.app, self.people)

    @rule(number=NUMBER, wanted=WANTED, is_heard=st.booleans())
    def edit(self, number: int, wanted: list[Step], is_heard: bool) -> None:
        device = self.world.devices[number]
        self.world.edit(device, wanted)
        if is_heard:
            device.sync()
            device.process.look()

    @rule(number=NUMBER, wanted=WANTED, other=NUMBER, meanwhile=WANTED)
    def edit_offline(
        self, number: int, wanted: list[Step], other: int, meanwhile: list[Step]
    ) -> None:
        """And come back, when somebody has changed something."""
        device, theirs = self.world.devices[number], self.world.devices[other]
        device.disconnect()
        self.world.edit(device, wanted)
        self.world.edit(theirs, meanwhile)
        theirs.sync()
        device.connect()
        device.sync()

    @rule(number=NUMBER, row=st.integers(0, 2))
    def type(self, number: int, row: int) -> None:
        self.world.type(self.world.devices[number], row)

    @rule(back=st.integers(0, 3), by_olga=st.booleans())
    def undo(self, back: int, by_olga: bool) -> None:
        self.world.undo(back, by_olga=by_olga)

    @rule(number=NUMBER, how=st.sampled_from([Device.serve, Device.deliver, Device.sync]))
    def go_on(self, number: int, how: Callable[[Device], None]) -> None:
        busy = self.world.those(lambda device: bool(device.outbox or device.inbox))
        how(pick(number, busy or self.world.devices))

    @rule(number=st.integers(0, 1), what=st.sampled_from([Process.look, Process.tell_heads]))
    def tell(self, number: int, what: Callable[[Process], None]) -> None:
        what(self.world.processes[number])

    @rule(number=NUMBER, what=st.sampled_from(sorted(TROUBLES)), wanted=WANTED)
    def trouble(self, number: int, what: str, wanted: list[Step]) -> None:
        """With an edit on its way."""
        self.told[what] += 1
        device = self.world.devices[number]
        self.world.edit(device, wanted)
        device.serve_up_to("trip:mutate")
        TROUBLES[what](device)

    @precondition(lambda self: self.world.those(lambda device: device.is_away))
    @rule(number=NUMBER)
    def connect(self, number: int) -> None:
        pick(number, self.world.those(lambda device: device.is_away)).connect()

    @precondition(lambda self: self.world.those(lambda device: bool(device.client.refused)))
    @rule(number=NUMBER, mine=st.booleans())
    def decide(self, number: int, mine: bool) -> None:
        device = pick(number, self.world.those(lambda device: bool(device.client.refused)))
        self.world.decide(device, mine=mine)

    @rule(who=st.integers(1, 2), role=st.sampled_from([None, None, *LET_IN]))
    def come_go_or_rise(self, who: int, role: str | None) -> None:
        """The organizer stays."""
        self.world.come_go_or_rise(self.people[who], role)

    @invariant()
    def no_edit_is_lost_or_shown_too_long(self) -> None:
        self.told["steps"] += 1
        for device in self.world.devices:
            self.world.check_device(device)

    def teardown(self) -> None:
        try:
            self.world.heal()
            self.world.check()
        finally:
            self.told.update(self.world.what_happened())
            for device in self.world.devices:
                device.disconnect()


def pick(number: int, devices: list[Device]) -> Device:
    return devices[number % len(devices)]


def run(
    app: Flask, people: list[Person], runs: int, *, begin_at: int | None = None, **more: Any
) -> Counter[str]:
    """So many runs; what happened in them. AssertionError when they do not converge.

    `people` are an organizer and two others, known to the database of `app`. With the same
    `begin_at` the runs are the same, those of a test: they stop at the first failure.
    """
    told: Counter[str] = Counter()
    machine = type("Run", (Convergence,), {"app": app, "people": people, "told": told})
    if begin_at is not None:
        machine = seed(begin_at)(machine)
        more |= {"phases": [Phase.generate], "report_multiple_bugs": False}
    chosen = settings(
        max_examples=runs,
        stateful_step_count=LENGTH,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        **more,
    )
    with small_limits():
        run_state_machine_as_test(machine, settings=chosen)
    return told
