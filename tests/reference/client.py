"""A client of protocol 1 without its network: what it holds, what it shows, what it asks for.

Read this to write your own. A transport tells it what came (`connected`, `hear`, `answered`, …)
and, after each of these and after each edit, sends what `asks` returns. Nothing here waits,
sleeps or opens a socket, so that a test can make everything go wrong in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from tests.reference.folding import Op, Rows, State, fold, guess, state_of
from tests.reference.queue import Mutation, Refusal
from tests.reference.store import Store

SEEN_EVERY = 50  # changes
# Refusals of a batch that say nothing about it: the very same may be sent again.
PASSING = frozenset({"rate_limited", "busy", "trip_full", "unauthorized", "internal"})


@dataclass(frozen=True, eq=False)
class Ask:
    """A question to the server: an event of protocol 1, or GET with the path of a snapshot."""

    event: str
    payload: dict[str, Any]


class TripClient:
    """One trip on one device of one account."""

    def __init__(self, trip_id: str, account: str, store: Store) -> None:
        self.trip_id, self.account, self.store = trip_id, account, store
        saved = store.load() or {}
        if (saved.get("account"), saved.get("trip_id")) != (account, trip_id):
            saved = {}  # what somebody else left unsent is never sent in the name of this account
        self.client_id: str = saved.get("client_id") or str(uuid4())
        self.state: State | None = saved.get("state")
        self.pending = [Mutation(**one) for one in saved.get("pending", [])]
        self.refused = [Refusal(**one) for one in saved.get("refused", [])]
        self.overwrote: list[dict[str, Any]] = []  # values of others, by own edits: tell the person
        self.role: str | None = None
        self.is_gone = False  # removed from the trip, or the trip is in the trash
        self.head = 0  # the newest seq heard of
        self.disconnected()
        self._save()

    # What a person sees and does.

    def view(self) -> Rows:
        """What is confirmed, with the own edits on top that are not in it yet."""
        rows = {entity: dict(found) for entity, found in self._held()["rows"].items()}
        for mutation in self.pending:
            for op in () if mutation.is_back else mutation.ops:
                guess(rows, op)
        return rows

    def edit(self, *ops: Op, base_seq: int = 0) -> str:
        """Queue an edit; it is safely stored when this returns. Its mutation id."""
        seen = max(base_seq, self._held()["seq"])
        self.pending.append(Mutation(list(ops), seen, "live" if self.is_joined else "offline"))
        self._save()
        return self.pending[-1].id

    def keep_mine(self, refusal: Refusal) -> str:
        """Insist on what was refused, now that the person knows what is there; the mutation id."""
        self.refused.remove(refusal)
        return self.edit(*refusal.ops_to_insist(), base_seq=refusal.known_seq())

    def keep_theirs(self, refusal: Refusal) -> None:
        """Let go of what was refused."""
        self.refused.remove(refusal)
        self._save()

    def log_out(self) -> None:
        """Leave nothing to the next account on this device. `pending` is lost: ask before."""
        self.disconnected()
        self.pending, self.refused, self.state = [], [], None
        self.store.wipe()

    # What a transport does.

    def connected(self) -> None:
        """A new connection knows nothing of the last one: `asks` will join."""
        self.is_connected, self.is_gone = True, False

    def disconnected(self) -> None:
        """The connection is gone, and with it every answer that was to come."""
        self.is_connected = self.is_joined = self.is_time_to_tell = False
        self.asked: dict[str, Ask] = {}
        self.snapshot_path: str | None = None
        self.seen = 0  # the seq last told as seen
        for mutation in self.pending:
            if not mutation.is_sent:
                mutation.mode = "offline"  # it will meet whatever happens until it is sent

    def asks(self) -> list[Ask]:
        """What to ask for now. Nothing is asked twice before its answer or `ask_again`."""
        new = [Ask(event, more) for event, more in self._needs() if event not in self.asked]
        for ask in new:
            self.asked[ask.event] = ask
            if ask.event == "trip:seen":
                self.seen, self.is_time_to_tell = ask.payload["seq"], False
            elif ask.event == "trip:mutate":
                self._next_to_send()[0].is_sent = True
                self._save()
        return new

    def ask_again(self, ask: Ask) -> None:
        """No answer has come in time, or it said to wait, and that is over."""
        if self.asked.get(ask.event) is ask:
            del self.asked[ask.event]

    def answered(self, ask: Ask, answer: dict[str, Any]) -> float | None:
        """An acknowledgement has come. When it says to wait, the seconds until `ask_again`."""
        if self.asked.get(ask.event) is not ask:
            return None  # asked anew meanwhile: the answer to that will come
        if not answer["ok"] and (wait := self._refuse(ask, answer["error"])) is not None:
            return wait
        del self.asked[ask.event]
        if answer["ok"]:
            self._accept(ask, answer)
        self._settle()
        return None

    def hear(self, event: str, told: dict[str, Any]) -> None:
        """The server has said something about this trip."""
        if event == "trip:changes":
            self._take(told["changes"])
            self._settle()
        elif event == "trip:head":
            self.head = max(self.head, told["head"])
        elif event == "trip:role":
            self.role = told["role"]
        elif event == "trip:reset":
            self.is_joined = False
        elif event == "trip:revoked":
            self.is_joined, self.is_gone = False, True

    def tick(self) -> None:
        """Five seconds have passed."""
        self.is_time_to_tell = True

    # How it works.

    def _needs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What is missing."""
        trip = {"trip_id": self.trip_id}
        if not self.is_connected or self.is_gone:
            return
        if not self.is_joined:
            yield "trip:join", {**trip, "since": self.state and self.state["seq"]}
            return
        if self.snapshot_path is not None:
            yield "GET", {"path": self.snapshot_path}
            return
        seq = self._held()["seq"]
        if seq < self.head:
            yield "trip:catchup", {**trip, "since": seq}
        if seq - self.seen >= SEEN_EVERY or (self.is_time_to_tell and seq > self.seen):
            yield "trip:seen", {**trip, "seq": seq}
        for mutation in self._next_to_send():
            yield "trip:mutate", {**trip, **mutation.as_payload()}

    def _next_to_send(self) -> list[Mutation]:
        """One at a time: a later edit may need the one before it."""
        return [one for one in self.pending if not one.is_answered][:1]

    def _accept(self, ask: Ask, answer: dict[str, Any]) -> None:
        if ask.event == "trip:join":
            self.is_joined, self.role, self.head = True, answer["role"], answer["head"]
            self.snapshot_path = answer["snapshot_url"]
            self._take(answer["changes"] or [])
        elif ask.event == "GET":
            self.state, self.snapshot_path = state_of(answer["snapshot"]), None
        elif ask.event == "trip:catchup":
            self._take(answer["changes"])
        elif ask.event == "trip:mutate":
            self._note_outcome(ask.payload["mutation_id"], answer["results"])

    def _refuse(self, ask: Ask, error: dict[str, Any]) -> float | None:
        if error["code"] == "not_found":
            self.hear("trip:revoked", {})
        elif ask.event == "trip:mutate" and error["code"] not in PASSING:
            results = [{"status": "rejected", "error": error} for _ in ask.payload["ops"]]
            self._note_outcome(ask.payload["mutation_id"], results)
        else:
            return float(error.get("retry_after_ms", 1000)) / 1000
        return None

    def _take(self, changes: list[dict[str, Any]]) -> None:
        """Fold what comes next, pass over what is old. What comes too early shows what is missing:
        `asks` will catch up, and it comes again."""
        for change in changes:
            self.head = max(self.head, change["seq"])
            if self.state is not None and change["seq"] == self.state["seq"] + 1:
                fold(self.state, change)
                for mutation in self.pending:
                    mutation.is_back |= mutation.id == change["mutation_id"]

    def _note_outcome(self, mutation_id: str, results: list[dict[str, Any]]) -> None:
        """Keep hoping for what was applied; hand over what was refused, never just drop it."""
        mutation = next(one for one in self.pending if one.id == mutation_id)
        told = list(zip(mutation.ops, results, strict=True))
        applied = [(op, result) for op, result in told if result["status"] == "applied"]
        refused = [
            (op, result) for op, result in told if result["status"] not in ("applied", "noop")
        ]
        mutation.is_answered, mutation.ops = True, [op for op, _ in applied]
        mutation.seq = max((result["seq"] for _, result in applied), default=0)
        self.overwrote += [one for _, result in applied for one in result.get("overwrote", [])]
        if refused:
            self.refused.append(Refusal([op for op, _ in refused], [told for _, told in refused]))

    def _settle(self) -> None:
        """Forget the mutations that are over; store the rest."""
        seq = self.state["seq"] if self.state is not None else 0
        self.pending = [one for one in self.pending if not one.is_over(seq)]
        self._save()

    def _held(self) -> State:
        if self.state is None:
            raise LookupError("The trip has not been loaded yet.")
        return self.state

    def _save(self) -> None:
        mine = {"account": self.account, "trip_id": self.trip_id, "client_id": self.client_id}
        pending = [asdict(one) for one in self.pending]
        refused = [asdict(one) for one in self.refused]
        self.store.save({**mine, "state": self.state, "pending": pending, "refused": refused})
