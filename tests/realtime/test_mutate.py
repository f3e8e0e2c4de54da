"""`trip:mutate`: changes are applied, answered, and told to everybody who follows the trip."""

from __future__ import annotations

from tests.realtime.device import create, rename


def test_a_change_reaches_everybody_and_its_author(group, device) -> None:
    olga, pavel = device(group.organizer), device(group.participant)
    head = olga.join(group.trip_id)["head"]
    assert pavel.join(group.trip_id)["head"] == head
    answer = olga.mutate(group.trip_id, create("Fushimi Inari"))
    assert answer["ok"] and answer["head"] == head + 1
    assert [result["status"] for result in answer["results"]] == ["applied"]
    for one in (olga, pavel):
        change = one.wait_for_seq(head + 1)
        assert change["by"] == str(group.organizer.user_id)
        assert (change["source"], change["client_id"]) == ("socket", olga.client_id)
        assert change["ops"][0]["value"]["title"] == "Fushimi Inari"


def test_a_viewer_is_refused_and_nothing_applied(group, device) -> None:
    vera, olga = device(group.viewer), device(group.organizer)
    head = vera.join(group.trip_id)["head"]
    answer = vera.mutate(group.trip_id, rename(group.trip_id, "Mine"))
    assert answer["results"][0]["error"]["code"] == "forbidden"
    assert olga.join(group.trip_id)["head"] == head == answer["head"]
