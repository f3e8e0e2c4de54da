"""What must be true of a log and of those who wrote it, read off the log alone."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Text

from tests.convergence.wire import Device
from tests.reference.folding import Op, State, fold, state_of
from wandr.changes.entity import registry

RANK = {"viewer": 0, "participant": 1, "organizer": 2}
KEPT_BY_THE_SERVER = {"version", "updated_at", "position"}
Change = dict[str, Any]


@dataclass
class Made:
    """A mutation that somebody made: on which device, and whether that had no connection then."""

    id: str
    device: Device
    is_offline: bool

    @property
    def results(self) -> list[dict[str, Any]] | None:
        """What its device has been told of it."""
        return self.device.outcomes.get(self.id)

    @property
    def applied(self) -> set[int]:
        """The seqs at which some of it is said to be applied."""
        return {one["seq"] for one in self.results or () if one["status"] == "applied"}


def exact(value: Any) -> str:
    """As text: Python calls 1, 1.0 and true equal."""
    return json.dumps(value, sort_keys=True)


def states_of(changes: list[Change]) -> Iterator[tuple[int, str]]:
    """The trip after each change, folded from nothing."""
    state: State = {"seq": 0, "rows": {entity.name: {} for entity in registry}}
    for change in changes:
        fold(state, change)
        yield state["seq"], exact(state["rows"])


def check_log(log: dict[str, Any], mutations: list[Made]) -> None:
    """No number is missing; every mutation was answered, and is logged once where it was applied."""
    assert [one["seq"] for one in log["changes"]] == list(range(1, log["head"] + 1))
    logged: dict[str, list[int]] = {}
    for change in log["changes"]:
        if change["mutation_id"] is not None:
            logged.setdefault(change["mutation_id"], []).append(change["seq"])
    assert logged.keys() <= {made.id for made in mutations}, "it is logged under another id"
    for made in mutations:
        assert made.results is not None, "a mutation was never answered"
        assert logged.get(made.id, []) == sorted(made.applied), "told one thing, logged another"


def check_rights(changes: list[Change]) -> None:
    """Whoever edited or undid had the right to at that seq: the log tells the roles, too."""
    roles: dict[str, str] = {}
    for change in changes:
        if change["source"] in ("socket", "undo"):
            is_of_trip = any(op["entity"] == "trip" for op in change["ops"])
            role = roles.get(change["by"])
            assert role is not None, f"{change['seq']} is by somebody who was not in the trip"
            needed = "organizer" if is_of_trip else "participant"
            assert RANK[role] >= RANK[needed], f"{change['seq']} is by a {role}"
        for op in change["ops"]:
            if op["entity"] == "member":
                _note_role(roles, op)


def check_collisions(changes: list[Change], made: Made) -> None:
    """What was made offline has overwritten no register that another client changed meanwhile."""
    sent = made.device.sent[made.id]
    for op, result in zip(sent["ops"], made.results or (), strict=True):
        if result["status"] != "applied" or op["op"] not in ("update", "move"):
            continue
        meanwhile = changes[sent["base_seq"] : result["seq"] - 1]
        for name, value in op.get("fields", {}).items():
            others = _authors(meanwhile, op, name) - {made.device.client.client_id}
            theirs = _last_value(meanwhile, op["id"], name)
            assert not others or theirs == value, f"{name} of {others} was overwritten silently"


def check_undo(changes: list[Change], at: int, undone: int) -> None:
    """A change that takes another back alters only what still held what that one wrote."""
    for op in changes[at - 1]["ops"]:
        for name in set(op.get("fields", {})) - KEPT_BY_THE_SERVER:
            was = _last_value(changes[: at - 1], op["id"], name)
            wrote = _last_value(changes[undone - 1 : undone], op["id"], name)
            assert was == wrote, f"{at} undid {undone}, and overwrote {name} with {was}"


def check_texts(changes: list[Change], whole: dict[str, Any]) -> None:
    """Who follows a text with Yjs has the same as who follows it by splices."""
    documents: dict[str, Doc] = {}
    for op in (op for change in changes for op in change["ops"] if op["op"] == "text"):
        document = documents.setdefault(op["id"], Doc())
        document.apply_update(b64decode(op["update"]))
    for row in whole["entities"]["activity"]:
        if row["id"] in documents:
            assert str(documents[row["id"]].get("notes", type=Text)) == row["notes"]


def check_end(device: Device, whole: dict[str, Any]) -> None:
    """A device holds what the server has, shows nothing else, in the same order."""
    client = device.client
    assert client.pending == [], f"{device.name} still waits"
    assert client.state is not None
    assert exact(client.state) == exact(state_of(whole)), f"{device.name} differs"
    assert client.view() == client.state["rows"]
    rows = client.state["rows"]["activity"].values()
    ids = {(row["day"] is None, row["day"] or "", row["position"]): row["id"] for row in rows}
    assert len(ids) == len(rows), "two activities are in one place"
    assert [ids[place] for place in sorted(ids)] == [
        row["id"] for row in whole["entities"]["activity"]
    ]


def typed(state: str, text: str) -> str:
    """The update of somebody who types over the beginning of the notes."""
    document: Doc = Doc()
    notes = document.get("notes", type=Text)
    document.apply_update(b64decode(state))
    known = document.get_state()
    del notes[: len(notes) // 2]
    notes.insert(0, f"{text} ")
    return b64encode(document.get_update(known)).decode()


def _last_value(changes: list[Change], row_id: str, name: str) -> Any:
    """What a field of a row was changed to last."""
    ops = [op for change in changes for op in change["ops"] if op["id"] == row_id]
    return next((op["fields"][name] for op in ops[::-1] if name in op.get("fields", {})), None)


def _authors(changes: list[Change], op: Op, name: str) -> set[str]:
    """The clients that changed the register of a field; who did, when it was none."""
    entity = registry.find(op["entity"])
    assert entity is not None
    found = set()
    for change in changes:
        edits = [one for one in change["ops"] if one["id"] == op["id"] and not _is_rekeyed(one)]
        fields = [one for edit in edits for one in edit.get("fields", {})]
        if entity.register_of(name) in map(entity.register_of, fields):
            found.add(change["client_id"] or change["by"])
    return found


def _is_rekeyed(op: Op) -> bool:
    """Whether only the key became another one: the place in the list is the same."""
    return op["op"] == "update" and set(op["fields"]) <= KEPT_BY_THE_SERVER


def _note_role(roles: dict[str, str], op: dict[str, Any]) -> None:
    if op["op"] == "delete":
        del roles[op["id"]]
    elif op["op"] == "create":
        roles[op["id"]] = op["value"]["role"]
    else:
        roles[op["id"]] = op["fields"].get("role", roles[op["id"]])
