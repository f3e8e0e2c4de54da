"""The six routes of activities."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.statements import counted
from wandr.changes import performing


def test_a_participant_plans_something(path, participant, viewer):
    fields = {
        "title": "Fushimi Inari",
        "day": "2027-04-02",
        "start_time": "06:30",
        "timezone": "Asia/Tokyo",
    }
    made = participant.post(f"{path}/activities", json=fields, status=201)
    assert participant.raw.headers["Location"].endswith(made["id"])
    tag = participant.raw.headers["ETag"]
    assert made.items() >= fields.items()
    assert viewer.get(f"{path}/activities/{made['id']}") == made
    assert viewer.raw.headers["ETag"] == tag
    assert viewer.get(f"{path}/activities")["items"] == [made]


def test_a_client_names_its_own_ids(path, participant):
    row_id = str(uuid4())
    made = participant.post(f"{path}/activities", json={"title": "Tea", "id": row_id}, status=201)
    assert made["id"] == row_id
    taken = participant.post(f"{path}/activities", json={"title": "Tea", "id": row_id}, status=409)
    assert taken["code"] == "id_taken"


def test_a_viewer_is_refused(path, viewer, plan):
    row = plan("Tea")
    viewer.post(f"{path}/activities", json={"title": "Tea"}, status=403)
    viewer.patch(f"{path}/activities/{row['id']}", json={"title": "Mine"}, status=403)
    viewer.post(f"{path}/activities/{row['id']}/move", json={"after": None}, status=403)
    viewer.delete(f"{path}/activities/{row['id']}", status=403)
    assert viewer.get(f"{path}/activities")["items"] == [row]


def test_an_outsider_finds_nothing(path, outsider, plan):
    row = plan("Tea")
    outsider.get(f"{path}/activities", status=404)
    outsider.get(f"{path}/activities/{row['id']}", status=404)
    outsider.post(f"{path}/activities", json={"title": "Tea"}, status=404)
    outsider.patch(f"{path}/activities/{row['id']}", json={"title": "Mine"}, status=404)
    outsider.delete(f"{path}/activities/{row['id']}", status=404)


def test_an_activity_is_found_only_in_its_own_trip(organizer, plan):
    row = plan("Tea")
    other = f"/trips/{organizer.post('/trips', json={'title': 'Other'})['id']}"
    organizer.get(f"{other}/activities/{row['id']}", status=404)
    organizer.patch(f"{other}/activities/{row['id']}", json={"title": "Stolen"}, status=404)
    organizer.delete(f"{other}/activities/{row['id']}", status=404)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "war"}, "kind"),
        ({"status": "lost"}, "status"),
        ({"day": "2301-01-01"}, "day"),
        ({"start_time": "25:00"}, "start_time"),
        ({"start_time": "09:00:61"}, "start_time"),
        ({"end_time": "10:00"}, "end_time"),
        ({"day": "2027-04-02", "start_time": "10:00", "end_time": "09:00"}, "end_time"),
        ({"day": "2027-04-02", "end_day": "2027-04-01"}, "end_day"),
        ({"end_day": "2027-04-01"}, "end_day"),
        ({"timezone": "Nowhere"}, "timezone"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"cost_minor": 1.5}, "cost_minor"),
        ({"cost_minor": True}, "cost_minor"),
        ({"cost_minor": "5"}, "cost_minor"),
        ({"cost_minor": -5}, "cost_minor"),
        ({"cost_minor": 10**16}, "cost_minor"),
        ({"participants": [str(uuid4())]}, "participants"),
        ({"participants": "me"}, "participants"),
        ({"location_id": str(uuid4())}, "location_id"),
        ({"location": {"name": "x"}}, "location"),
        ({"locked": 1}, "locked"),
        ({"version": 7}, "version"),
    ],
)
def test_what_is_wrong_is_named(path, participant, fields, field):
    body = {"title": "Tea", **fields}
    refused = participant.post(f"{path}/activities", json=body, status=422)
    assert field in refused["errors"]["json"]
    assert participant.get(f"{path}/activities")["items"] == []


def test_a_cost_takes_the_currency_of_the_trip(path, participant, organizer, plan):
    assert plan("Tea", cost_minor=700)["currency"] == "JPY"
    organizer.patch(path, json={"currency": None})
    body = {"title": "Cake", "cost_minor": 5}
    participant.post(f"{path}/activities", json=body, status=422)


def test_a_journey_may_land_before_it_left_on_the_clock(path, participant):
    flight = {
        "title": "Tokyo to Honolulu", "kind": "transport",
        "day": "2027-04-05", "start_time": "21:00", "timezone": "Asia/Tokyo",
        "end_day": "2027-04-05", "end_time": "09:30", "end_timezone": "Pacific/Honolulu",
    }  # fmt: skip
    participant.post(f"{path}/activities", json=flight, status=201)
    too_early = {**flight, "end_time": "01:00"}
    participant.post(f"{path}/activities", json=too_early, status=422)


@pytest.fixture
def airports(participant):
    """The ids of three places in as many zones."""
    zones = ("Asia/Tokyo", "America/Los_Angeles", None)
    points = ((35.8, 140.4), (33.9, -118.4), (0.0, -160.0))
    places = [
        {"name": f"{zone}", "latitude": latitude, "longitude": longitude}
        | ({"timezone": zone} if zone else {})
        for zone, (latitude, longitude) in zip(zones, points, strict=True)
    ]
    return [participant.post("/locations", json=one)["id"] for one in places]


def test_a_journey_ends_by_the_clocks_of_where_it_ends(path, participant, airports):
    tokyo, los_angeles, nowhere = airports
    flight = {
        "title": "Over the date line", "kind": "transport", "day": "2027-04-05",
        "start_time": "17:00", "end_time": "11:00", "location_id": tokyo,
    }  # fmt: skip
    participant.post(f"{path}/activities", json=flight, status=422)
    given = {**flight, "end_location_id": los_angeles}
    made = participant.post(f"{path}/activities", json=given)
    assert (made["timezone"], made["end_timezone"]) == ("Asia/Tokyo", "America/Los_Angeles")
    told = participant.post(f"{path}/activities", json={**given, "end_timezone": "America/Denver"})
    assert told["end_timezone"] == "America/Denver"
    unknown = {**flight, "end_time": "18:00", "end_location_id": nowhere}
    assert participant.post(f"{path}/activities", json=unknown)["end_timezone"] is None


def test_who_sets_the_end_later_brings_its_zone_along_and_undo_takes_it(
    path, participant, airports, plan
):
    row = plan("Flight", day="2027-04-05", start_time="17:00", location_id=airports[0])
    address = f"{path}/activities/{row['id']}"
    given = {"end_location_id": airports[1], "end_time": "11:00"}
    assert participant.patch(address, json=given)["end_timezone"] == "America/Los_Angeles"
    head = participant.get(path)["seq"]
    participant.post(f"{path}/changes/{head}/undo")
    now = participant.get(address)
    assert (now["end_timezone"], now["end_location"], now["end_time"]) == (None, None, None)


def test_the_zone_of_the_end_goes_with_it_unless_it_was_told(path, participant, airports, plan):
    tokyo, los_angeles, _ = airports
    row = plan(
        "Flight", day="2027-04-05", start_time="10:00", location_id=los_angeles,
        end_day="2027-04-06", end_time="14:00", end_location_id=tokyo,
    )  # fmt: skip
    address = f"{path}/activities/{row['id']}"
    back = {"end_location_id": None, "end_day": None, "end_time": "11:30"}
    told = participant.patch(address, json=back)
    assert (told["end_timezone"], told["end_time"]) == (None, "11:30")
    participant.patch(address, json={"end_location_id": tokyo}, status=422)  # it was night there
    there = {"end_location_id": tokyo, "end_day": "2027-04-06", "end_timezone": "Asia/Seoul"}
    assert participant.patch(address, json=there)["end_timezone"] == "Asia/Seoul"
    told = participant.patch(address, json={"end_location_id": los_angeles})
    assert told["end_timezone"] == "Asia/Seoul"


def test_only_named_fields_change(path, participant, plan):
    row = plan("Tea", day="2027-04-01", start_time="15:00", notes="Matcha")
    changed = participant.patch(
        f"{path}/activities/{row['id']}", json={"title": "Coffee"}, status=200
    )
    moving = {"title", "version", "updated_at"}
    assert changed["title"] == "Coffee"
    assert {k: v for k, v in changed.items() if k not in moving} == {
        k: v for k, v in row.items() if k not in moving
    }


def test_if_match_guards_an_activity(path, participant, plan):
    row = plan("Tea")
    address = f"{path}/activities/{row['id']}"
    participant.get(address)
    tag = {"If-Match": participant.raw.headers["ETag"]}
    participant.patch(address, json={"title": "Coffee"}, headers=tag, status=200)
    participant.patch(address, json={"title": "Cocoa"}, headers=tag, status=412)
    participant.delete(address, headers=tag, status=412)
    participant.delete(address, status=204)
    participant.delete(address, status=404)


def test_a_deleted_one_is_gone_and_says_so_to_a_late_edit(path, participant, organizer, plan):
    row = plan("Tea")
    organizer.delete(f"{path}/activities/{row['id']}", status=204)
    participant.get(f"{path}/activities/{row['id']}", status=404)
    late = participant.patch(f"{path}/activities/{row['id']}", json={"title": "Late"}, status=409)
    assert late["code"] == "deleted"
    assert late["current"]["title"] == "Tea"


class TestOrder:
    """Places in the list of a day."""

    @pytest.fixture
    def titles(self, path, participant):
        def titles(day="2027-04-01"):
            items = participant.get(f"{path}/activities?limit=100")["items"]
            return [one["title"] for one in items if one["day"] == day]

        return titles

    @pytest.fixture
    def move(self, path, participant):
        def move(row, status=200, **body):
            address = f"{path}/activities/{row['id']}/move"
            return participant.post(address, json=body, status=status)

        return move

    @pytest.fixture
    def rows(self, plan):
        return [plan(title, day="2027-04-01") for title in "ABC"]

    def test_new_ones_come_last_unless_they_say_where(self, path, participant, rows, titles):
        for title, after in (("top", None), ("middle", rows[0]["id"])):
            body = {"title": title, "day": "2027-04-01", "after": after}
            participant.post(f"{path}/activities", json=body, status=201)
        assert titles() == ["top", "A", "middle", "B", "C"]

    def test_moving_up_down_top_and_end(self, rows, titles, move):
        a, b, c = rows
        move(c, after=a["id"])
        assert titles() == ["A", "C", "B"]
        move(a, after=b["id"])
        assert titles() == ["C", "B", "A"]
        move(b, after=None)
        assert titles() == ["B", "C", "A"]
        move(b)
        assert titles() == ["C", "A", "B"]

    def test_moving_to_another_day(self, plan, rows, titles, move):
        plan("X", day="2027-04-02")
        moved = move(rows[1], day="2027-04-02", after=None)
        assert moved["day"] == "2027-04-02"
        assert (titles(), titles("2027-04-02")) == (["A", "C"], ["B", "X"])

    def test_a_new_day_by_edit_goes_to_its_end(self, path, participant, plan, rows, titles):
        plan("X", day="2027-04-02")
        participant.patch(f"{path}/activities/{rows[0]['id']}", json={"day": "2027-04-02"})
        assert titles("2027-04-02") == ["X", "A"]

    def test_a_deleted_neighbour_still_places(self, path, participant, rows, titles, move):
        a, b, c = rows
        participant.delete(f"{path}/activities/{b['id']}")
        move(a, after=b["id"])
        assert titles() == ["A", "C"]

    def test_a_neighbour_of_another_day_means_the_top(self, plan, rows, titles, move):
        other = plan("X", day="2027-04-02")
        move(rows[2], after=other["id"])
        assert titles() == ["C", "A", "B"]

    def test_an_unknown_neighbour_is_refused(self, rows, move, titles):
        assert move(rows[0], after=str(uuid4()), status=422)["code"] == "unknown_neighbour"
        move(rows[0], after=rows[0]["id"], status=422)
        move(rows[0], title="no", status=422)
        assert titles() == ["A", "B", "C"]

    def test_long_keys_are_rewritten_in_the_same_change(
        self, path, participant, rows, titles, move
    ):
        a, b, c = rows
        for _ in range(150):  # each time between A and the one that was put there last
            move(b, after=a["id"])
            b, c = c, b
        items = participant.get(f"{path}/activities")["items"]
        assert all(len(one["position"]) <= 48 for one in items)
        assert titles() == ["A", c["title"], b["title"]]

    def test_a_rewrite_reads_a_list_of_any_length_at_once(
        self, plan, rows, move, rolled_back, monkeypatch
    ):
        """It happens under the trip's lock."""
        monkeypatch.setattr(performing, "LONGEST", 1)  # of every key
        counts = []
        for _ in range(2):
            with counted(rolled_back) as statements:
                move(rows[0], after=None)
            counts.append(len(statements))
            for title in "DEFGH":
                plan(title, day=rows[0]["day"])
        assert counts[0] == counts[1]

    def test_the_list_is_paged_in_its_order(self, path, participant, plan):
        for title, day in (("3", None), ("2", "2027-04-02"), ("1", "2027-04-01"), ("4", None)):
            plan(title, **({"day": day} if day else {}))
        seen, query = [], {"limit": 1}
        while True:
            page = participant.get(f"{path}/activities", query_string=query)
            seen += [one["title"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert seen == ["1", "2", "3", "4"]
