"""Members: roles, rights, leaving."""

from __future__ import annotations

from uuid import uuid4

import pytest


def at(path, person):
    return f"{path}/members/{person.user_id}"


def test_everybody_sees_who_is_in(path, organizer, participant, viewer, outsider):
    members = viewer.get(f"{path}/members")["items"]
    assert [(one["display_name"], one["role"]) for one in members] == [
        (organizer.display_name, "organizer"),
        (participant.display_name, "participant"),
        (viewer.display_name, "viewer"),
    ]
    assert "email" not in str(members)
    outsider.get(f"{path}/members", status=404)


def test_the_organizer_gives_another_role_and_it_counts_at_once(path, organizer, viewer):
    viewer.post(f"{path}/activities", json={"title": "Tea"}, status=403)
    organizer.patch(at(path, viewer), json={"role": "participant"}, status=200)
    viewer.post(f"{path}/activities", json={"title": "Tea"}, status=201)


def test_a_right_overrides_the_role(path, organizer, participant, viewer):
    organizer.patch(at(path, viewer), json={"permissions": {"edit_itinerary": True}})
    viewer.post(f"{path}/activities", json={"title": "Tea"}, status=201)
    assert viewer.get(path)["permissions"]["edit_itinerary"] is True
    organizer.patch(at(path, participant), json={"permissions": {"edit_itinerary": False}})
    participant.post(f"{path}/activities", json={"title": "Tea"}, status=403)


@pytest.mark.parametrize(
    "body",
    [
        {"role": "king"},
        {"permissions": {"fly": True}},
        {"permissions": {"view": False}},
        {"permissions": {"invite": 1}},
        {"display_name": "Somebody else"},
        {"user_id": str(uuid4())},
    ],
)
def test_a_wrong_change_of_a_member_is_refused(path, organizer, viewer, body):
    organizer.patch(at(path, viewer), json=body, status=422)


def test_participants_and_viewers_manage_nobody(path, organizer, participant, viewer, outsider):
    participant.patch(at(path, viewer), json={"role": "participant"}, status=403)
    viewer.delete(at(path, participant), status=403)
    outsider.delete(at(path, viewer), status=404)
    organizer.patch(f"{path}/members/{outsider.user_id}", json={"role": "viewer"}, status=404)


def test_nobody_grants_or_takes_what_they_lack(path, organizer, participant, viewer):
    organizer.patch(at(path, participant), json={"permissions": {"manage_members": True}})
    refused = participant.patch(at(path, viewer), json={"role": "organizer"}, status=403)
    assert refused["code"] == "above_you"
    participant.patch(at(path, viewer), json={"permissions": {"delete_trip": True}}, status=403)
    participant.patch(at(path, organizer), json={"role": "viewer"}, status=403)
    participant.delete(at(path, organizer), status=403)
    participant.patch(at(path, viewer), json={"role": "participant"}, status=200)


def test_the_last_organizer_neither_leaves_nor_steps_down(path, organizer, participant):
    assert organizer.delete(at(path, organizer), status=409)["code"] == "last_organizer"
    organizer.patch(at(path, organizer), json={"role": "viewer"}, status=409)
    organizer.patch(at(path, participant), json={"role": "organizer"})
    organizer.delete(at(path, organizer), status=204)
    organizer.get(path, status=404)
    assert participant.get(path)["role"] == "organizer"


def test_a_viewer_leaves(path, organizer, viewer):
    viewer.delete(at(path, viewer), status=204)
    viewer.get(path, status=404)
    assert len(organizer.get(f"{path}/members")["items"]) == 2


def test_who_is_removed_is_out_at_once_and_may_be_invited_again(path, organizer, participant):
    organizer.delete(at(path, participant), status=204)
    participant.get(path, status=404)
    participant.post(f"{path}/activities", json={"title": "Late"}, status=404)
    token = organizer.post(f"{path}/invites", json={"link": True})["token"]
    participant.post(f"/invites/{token}/acceptance", status=200)
    assert participant.get(path)["role"] == "participant"


def test_changes_of_members_are_in_the_log_and_not_open_to_ops(path, organizer, viewer):
    seq = organizer.get(path)["seq"]
    organizer.patch(at(path, viewer), json={"role": "participant"})
    (change,) = organizer.get(f"{path}/changes?since={seq}")["changes"]
    assert change["ops"][0]["entity"] == "member"
    assert change["ops"][0]["fields"]["role"] == "participant"
    op = {
        "op": "update",
        "entity": "member",
        "id": str(viewer.user_id),
        "fields": {"role": "organizer"},
    }
    batch = {"mutation_id": str(uuid4()), "ops": [op]}
    (result,) = organizer.post(f"{path}/changes", json=batch)["results"]
    assert (result["status"], result["error"]["code"]) == ("rejected", "unknown_op")


def test_a_stale_version_does_not_change_a_member(path, organizer, viewer):
    header = {"If-Match": '"0.0"'}
    organizer.patch(at(path, viewer), json={"role": "participant"}, headers=header, status=412)


LESS = {"permissions": {"manage_members": False}}


def test_the_last_organizer_keeps_every_right(path, organizer, participant):
    """With fewer, nobody could give them back."""
    assert organizer.patch(at(path, organizer), json=LESS, status=409)["code"] == "last_organizer"
    organizer.patch(at(path, participant), json={"role": "organizer"})
    organizer.patch(at(path, organizer), json=LESS, status=200)


def test_an_organizer_with_fewer_rights_does_not_count(path, organizer, participant):
    organizer.patch(at(path, participant), json={"role": "organizer", **LESS})
    organizer.delete(at(path, organizer), status=409)
    organizer.patch(at(path, participant), json={"permissions": {}})
    organizer.delete(at(path, organizer), status=204)
