"""The machine is worth something: each of these defects, planted, makes it fail within a few runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.changes import test_concurrency as focused
from tests.convergence.machine import BEGINNING, run
from tests.group import KYOTO, join
from tests.reference.client import Ask, TripClient
from tests.reference.folding import fold
from tests.reference.queue import Mutation
from wandr.changes import attempts, service, texts, writing
from wandr.changes.change import Change
from wandr.changes.overwrites import Seen
from wandr.changes.positions import Lane
from wandr.changes.splices import Splice
from wandr.changes.undoing import _Step
from wandr.extensions import db
from wandr.realtime import handlers
from wandr.realtime.tailer import Tailer
from wandr.trips.models import Member, Trip

RUNS = 40  # in which each must be noticed; most take four
NOTICED = (AssertionError, KeyError, ValueError)


@dataclass(frozen=True)
class Mutant:
    """What is put in the place of what, and where the runs begin that notice it soon."""

    patches: tuple[tuple[Any, str, Any], ...]
    begin_at: int = BEGINNING

    @contextmanager
    def planted(self) -> Iterator[None]:
        with ExitStack() as stack:
            for owner, name, instead in self.patches:
                stack.enter_context(patch.object(owner, name, instead))
            yield


def fold_whatever_comes(client: TripClient, changes: list[dict[str, Any]]) -> None:
    for change in changes:
        if client.state is not None:
            client.state["seq"] = change["seq"] - 1
            fold(client.state, change)


def each_without_savepoint(change: Change, acts: Any) -> list[Any]:
    results = []
    for act in acts:
        kept = change.mark()
        results.append(attempts._attempt(act))
        if results[-1].refused:
            change.rewind(kept)
    return results


def under_another_id(client: TripClient, ask: Ask) -> None:
    ask_again(client, ask)
    for mutation in client.pending:
        if mutation.id == ask.payload.get("mutation_id"):
            mutation.id = str(uuid4())


def begin_in_one_statement(trip_id: UUID, actor: UUID, **more: Any) -> Change:
    theirs = (Member.trip_id == Trip.id) & (Member.user_id == actor)
    both = select(Trip, Member).outerjoin(Member, theirs).where(Trip.id == trip_id)
    locked = both.with_for_update(key_share=True, of=Trip)
    found = db.session.execute(locked.execution_options(populate_existing=True)).one()
    return Change(found.Trip, actor, found.Member, more["source"], more.get("client_id"))


def without(name: str) -> Callable[..., dict[str, Any]]:
    return lambda *row: {one: value for one, value in stamps_of(*row).items() if one != name}


def one_too_far(trip_id: Any, viewer: Any, since: int, limit: int) -> dict[str, Any]:
    return changes_since(trip_id, viewer, since + 1, limit)


ask_again = TripClient.ask_again
stamps_of, changes_since = writing.stamps_of, handlers.changes_since

MUTANTS = {
    "the server does not know a mutation again": Mutant(
        (
            (service, "recorded_outcome", lambda *_: None),
            (service, "keep_outcome", lambda *_: None),
        )
    ),
    "the server asks nobody for their rights": Mutant(
        ((Change, "require", lambda change, needed: change.member),)
    ),
    "the removed stay in the room": Mutant(((Tailer, "_enforce", lambda *_: None),)),
    "a catch-up begins one change too late": Mutant(
        ((handlers, "changes_since", one_too_far),), begin_at=2
    ),
    "offline edits overwrite silently": Mutant(((Seen, "refuses", lambda *_: False),)),
    "a refused offline op leaves something behind": Mutant(
        ((service, "each_for_itself", each_without_savepoint),)
    ),
    "what is refused at the first try leaves something behind": Mutant(
        ((service, "without_a_way_back", each_without_savepoint),)
    ),
    "an undo overwrites what came after": Mutant(((_Step, "_holds", lambda *_: True),)),
    "the log tells another splice": Mutant(
        ((texts, "splice_between", lambda before, after: Splice(0, 0, after)),)
    ),
    "all keys are the same": Mutant(((Lane, "key_for", lambda *_: "a0"),)),
    "the log does not tell the version": Mutant(((writing, "stamps_of", without("version")),)),
    "the log does not tell when": Mutant(((writing, "stamps_of", without("updated_at")),)),
    "the client folds whatever comes": Mutant(((TripClient, "_take", fold_whatever_comes),)),
    "the client forgets an edit once it is acknowledged": Mutant(
        ((Mutation, "is_over", lambda one, seq: one.is_answered),)
    ),
    "the client forgets an edit once it is back": Mutant(
        ((Mutation, "is_over", lambda one, seq: one.is_back),)
    ),
    "the client sends again under another id": Mutant(
        ((TripClient, "ask_again", under_another_id),)
    ),
}


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_machine_notices_that(crowd, name):
    with MUTANTS[name].planted(), pytest.raises(NOTICED):
        run(*crowd, RUNS, begin_at=MUTANTS[name].begin_at)


class TestWhatNeedsTwoConnections:
    """The machine does one thing after the other; these defects show in a race or a rollback."""

    @pytest.fixture
    def path(self, crowd):
        app, people = crowd
        with app.app_context():
            made = people[0].post("/trips", json=KYOTO)
            join(made["id"], people[0], people[1], "participant")
            yield f"/trips/{made['id']}"

    def test_a_role_that_is_read_with_the_lock_is_noticed(self, crowd, path):
        app, people = crowd
        check = focused.test_who_loses_the_right_while_waiting_for_the_lock_writes_nothing
        check(app, people[:2], path)
        people[0].patch(f"{path}/members/{people[1].user_id}", json={"role": "participant"})
        mutant = Mutant(((service, "begin_change", begin_in_one_statement),))
        with mutant.planted(), pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
            check(app, people[:2], path)

    def test_a_poke_before_the_commit_is_noticed(self, crowd, path, monkeypatch):
        check = focused.test_nothing_is_told_or_stored_when_the_commit_fails
        check(crowd[1], path, monkeypatch)
        mutant = Mutant(((service, "on_commit", lambda callback, *args: callback(*args)),))
        with mutant.planted(), pytest.raises(AssertionError):
            check(crowd[1], path, monkeypatch)
