"""A row that one may not see is not there, whatever one asks for by its id."""

from __future__ import annotations

from uuid import uuid4

import pytest

from wandr.itinerary.content import ACTIVITY
from wandr.itinerary.models import Activity


@pytest.fixture
def secret(plan, monkeypatch, participant):
    """An activity of the participant alone, as another kind of content may be."""
    row = plan("Surprise")
    only_theirs = [str(participant.user_id)]
    monkeypatch.setitem(vars(ACTIVITY), "audience", lambda activity: only_theirs)
    monkeypatch.setitem(vars(ACTIVITY), "visible_to", lambda viewer: _is_of(viewer, participant))
    return row


def _is_of(viewer, participant):
    return Activity.id.is_not(None) if viewer == participant.user_id else Activity.id.is_(None)


@pytest.mark.parametrize("kind", ["update", "move", "delete", "restore", "text"])
def test_no_op_reaches_it(path, secret, organizer, participant, kind):
    more = {"fields": {"status": "booked"}} if kind == "update" else {}
    more |= {"field": "notes", "update": "AAA="} if kind == "text" else {}
    op = {"op": kind, "entity": "activity", "id": secret["id"], **more}
    unknown = {**op, "id": str(uuid4())}
    told = {}
    for name, one in (("hidden", op), ("unknown", unknown)):
        batch = {"mutation_id": str(uuid4()), "ops": [one]}
        told[name] = organizer.post(f"{path}/changes", json=batch)["results"][0]
        told[name].pop("id")
    assert told["hidden"] == told["unknown"]
    assert told["hidden"]["error"]["code"] == "not_found"
    batch = {"mutation_id": str(uuid4()), "ops": [op]}
    (mine,) = participant.post(f"{path}/changes", json=batch)["results"]
    assert mine["status"] in ("applied", "noop")


def test_no_undo_reaches_it(path, secret, organizer, participant):
    asked = f"{path}/changes/{secret['version']}/undo"  # from before it was hidden
    (result,) = organizer.post(asked)["results"]
    assert result["error"]["code"] == "not_found"
    assert participant.post(asked)["partial"] is False


def test_the_history_does_not_tell_what_it_is_called_now(path, secret, organizer, participant):
    (group,) = organizer.get(f"{path}/history?entity_id={secret['id']}")["items"]
    assert group["text"] == "Pavel Participant added an activity."
    (group,) = participant.get(f"{path}/history?entity_id={secret['id']}")["items"]
    assert group["text"] == "Pavel Participant added “Surprise”."
