"""GET /trips/{trip_id}/days: what each day holds, and what is not known."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.ai.checker.trips import activity, snapshot
from tests.statements import counted
from wandr.days.days import days_of
from wandr.days.schemas import DaysView

JAPAN = {"timezone": "Asia/Tokyo", "country_code": "JP"}


@pytest.fixture
def place(participant):
    def make(name: str = "Shrine", **fields) -> str:
        known = {"name": name, "kind": "temple", "latitude": 34.9671, "longitude": 135.7727}
        return participant.post("/locations", json={**known, **JAPAN, **fields}, status=201)["id"]

    return make


@pytest.fixture
def days(viewer, path):
    """The days as the viewer reads them, by day; each document is one that the contract knows."""

    def read() -> dict[str, dict]:
        document = viewer.get(f"{path}/days", status=200)
        assert DaysView().validate(document) == {}
        return {one["day"]: one for one in document["days"]}

    return read


def test_every_day_of_the_trip_is_there_and_each_beyond_that_is_planned(days, plan):
    plan("Late", day="2027-04-09")
    assert list(days()) == [f"2027-04-0{one}" for one in (1, 2, 3, 4, 5, 9)]


def test_activities_stand_in_the_order_of_their_day_and_ideas_apart(
    viewer, participant, days, plan, path
):
    plan("Second", day="2027-04-02")
    first = plan("First", day="2027-04-02")
    plan("Perhaps", status="idea")
    participant.post(f"{path}/activities/{first['id']}/move", json={"after": None})
    assert [one["activity"]["title"] for one in days()["2027-04-02"]["items"]] == [
        "First",
        "Second",
    ]
    document = viewer.get(f"{path}/days")
    assert [one["title"] for one in document["unscheduled"]] == ["Perhaps"]
    assert document["days"][1]["items"][0]["activity"] == viewer.get(
        f"{path}/activities/{first['id']}"
    )


def test_a_leg_leads_from_each_place_to_the_next_and_passes_over_what_has_none(days, plan, place):
    plan("A", day="2027-04-02", location_id=place())
    plan("No place", day="2027-04-02")
    plan("Only an idea", day="2027-04-02", status="idea", location_id=place("Far", latitude=30))
    near = plan("B", day="2027-04-02", location_id=place("Near", latitude=34.97))
    far = plan("C", day="2027-04-02", location_id=place("Tokyo", latitude=35.68, longitude=139.76))
    day = days()["2027-04-02"]
    a, nothing, idea, b, c = [one["leg"] for one in day["items"]]
    assert (nothing, idea, c) == (None, None, None)
    assert (a["to"], a["mode"], a["source"], a["estimate"]) == (
        near["id"],
        "walk",
        "estimate",
        True,
    )
    assert 350 < a["distance_m"] < 500 and 250 < a["duration_s"] < 400
    assert (b["to"], b["mode"]) == (far["id"], "transit")
    assert day["distance_m"] == a["distance_m"] + b["distance_m"]
    assert day["duration_s"] == a["duration_s"] + b["duration_s"]


def test_a_journey_leaves_the_traveller_where_it_ends(days, plan, place):
    tokyo = place("Tokyo", latitude=35.68, longitude=139.76)
    plan("Train", kind="transport", day="2027-04-02", location_id=place(), end_location_id=tokyo)
    plan("Dinner", kind="food", day="2027-04-02", location_id=tokyo)
    (train, _) = days()["2027-04-02"]["items"]
    assert train["leg"]["distance_m"] == 0


def test_beyond_five_hundred_kilometres_most_people_fly(days, plan, place):
    plan("A", day="2027-04-02", location_id=place())
    plan("B", day="2027-04-02", location_id=place("Sapporo", latitude=43.06, longitude=141.35))
    assert days()["2027-04-02"]["items"][0]["leg"]["mode"] == "flight"


@pytest.mark.parametrize(
    ("hours", "times", "told", "is_open"),
    [
        ("Mo-Su 09:00-17:00", ("10:00", "11:00"), [("09:00", "17:00")], True),
        ("Mo-Su 09:00-12:00,13:00-17:00", ("11:30", "13:30"), [("09:00", "12:00"), ("13:00", "17:00")], False),
        ("Mo-Th 09:00-17:00", ("10:00", "11:00"), [], False),
        ("Mo-Th 09:00-17:00", (None, None), [], False),
        ("Fr 10:00-24:00", (None, None), [("10:00", "24:00")], True),
        (None, ("10:00", "11:00"), None, None),
    ],
)  # fmt: skip
def test_open_or_closed_or_not_known(days, plan, place, hours, times, told, is_open):
    start, end = times
    plan("Visit", day="2027-04-02", start_time=start, end_time=end, location_id=place(hours=hours))
    (item,) = days()["2027-04-02"]["items"]  # a Friday
    windows = item["hours"] and [(one["opens"], one["closes"]) for one in item["hours"]]
    assert (windows if item["hours"] else item["hours"], item["is_open"]) == (told, is_open)


def test_a_hotel_has_no_opening_hours(days, plan, place):
    plan(
        "Inn",
        kind="stay",
        day="2027-04-01",
        end_day="2027-04-03",
        location_id=place(hours="Mo 09:00-10:00"),
    )
    found = days()
    assert found["2027-04-01"]["items"][0]["is_open"] is None
    assert [len(found[f"2027-04-0{day}"]["ongoing"]) for day in (1, 2, 3, 4)] == [0, 1, 1, 0]


def test_of_a_thousand_stays_that_go_on_fifty_are_told():
    """Each of a thousand days would tell up to a thousand of them."""
    stays = [
        activity(f"S{n}", f"{date(2027, 5, 3) + timedelta(n)}", end_day="2200-01-01", kind="stay")
        for n in range(1_000)
    ]
    told = days_of(snapshot(*stays))["days"]
    assert [len(day["ongoing"]) for day in told[:60]] == [min(n, 50) for n in range(60)]
    assert told[-1]["ongoing"] == [stay["id"] for stay in stays[:50]]


def test_where_no_zone_is_known_the_sun_is_not_guessed(days, organizer, participant, path, plan):
    organizer.patch(path, json={"start_date": "2027-05-03", "end_date": "2027-05-03"})
    boat = {"name": "Boat", "latitude": 35, "longitude": 170}  # no city within 100 km
    plan("Boat", day="2027-05-03", location_id=participant.post("/locations", json=boat)["id"])
    assert days()["2027-05-03"]["sun"] is None


def test_the_sun_and_the_holidays_are_those_of_the_place(days, organizer, path, plan, place):
    organizer.patch(path, json={"start_date": "2027-05-03", "end_date": "2027-05-05"})
    plan("Shrine", day="2027-05-03", location_id=place())
    day, next_day, _ = days().values()
    assert day["holidays"] == [{"country_code": "JP", "name": "Constitution Day"}]
    assert next_day["holidays"] == [{"country_code": "JP", "name": "Greenery Day"}]  # still there
    sunrise, sunset = day["sun"]["sunrise"], day["sun"]["sunset"]
    assert "04:55" < sunrise < "05:10" and "18:35" < sunset < "18:50"  # almanac: 05:02, 18:42
    assert day["sun"]["timezone"] == "Asia/Tokyo"


def test_in_a_polar_night_the_sun_does_not_rise(days, organizer, path, plan, place):
    organizer.patch(path, json={"start_date": "2027-12-21", "end_date": "2027-12-21"})
    tromso = place(
        "Tromsø", latitude=69.65, longitude=18.95, timezone="Europe/Oslo", country_code="NO"
    )
    plan("Aurora", day="2027-12-21", location_id=tromso)
    assert days()["2027-12-21"]["sun"] == {
        "timezone": "Europe/Oslo",
        "sunrise": None,
        "sunset": None,
    }


def test_the_sun_that_rises_for_two_months_does_not_set(days, organizer, path, plan, place):
    organizer.patch(path, json={"start_date": "2027-05-18", "end_date": "2027-05-18"})
    tromso = place(
        "Tromsø", latitude=69.65, longitude=18.95, timezone="Europe/Oslo", country_code="NO"
    )
    plan("Midnight sun", day="2027-05-18", location_id=tromso)
    sun = days()["2027-05-18"]["sun"]
    assert "00:30" < sun["sunrise"] < "01:20" and sun["sunset"] is None
    organizer.get(f"{path}/export.html")
    assert f"Sun from {sun['sunrise']}</p>" in organizer.raw.get_data(as_text=True)


def test_where_nothing_is_known_nothing_is_guessed(days):
    day = days()["2027-04-02"]
    assert (day["sun"], day["holidays"], day["costs"], day["items"]) == (None, [], [], [])


def test_costs_add_up_by_currency_and_ideas_cost_nothing(days, plan):
    plan("A", day="2027-04-02", cost_minor=1000)
    plan("B", day="2027-04-02", cost_minor=500)
    plan("C", day="2027-04-02", cost_minor=700, currency="EUR")
    plan("D", day="2027-04-02", cost_minor=9, status="idea")
    assert days()["2027-04-02"]["costs"] == [
        {"currency": "EUR", "cost_minor": 700}, {"currency": "JPY", "cost_minor": 1500},
    ]  # fmt: skip


def test_a_trip_without_dates_has_the_days_that_are_planned(viewer, organizer, path, plan):
    plan("A", day="2027-04-02")
    organizer.patch(path, json={"start_date": None, "end_date": None})
    assert [one["day"] for one in viewer.get(f"{path}/days")["days"]] == ["2027-04-02"]


def test_who_has_it_already_gets_nothing_and_it_is_one_statement(viewer, path, plan, rolled_back):
    viewer.get(f"{path}/days")
    tag = {"If-None-Match": viewer.raw.headers["ETag"]}
    viewer.get(f"{path}/days", headers=tag, status=304)
    sizes = []
    for _ in range(2):
        with counted(rolled_back) as seen:
            viewer.get(f"{path}/days")
        sizes.append(len(seen))
        for number in range(10):
            plan(f"A{number}", day="2027-04-02")
    assert sizes == [2, 2]  # who asks, and the snapshot


def test_an_outsider_cannot_tell_that_it_exists(outsider, path):
    hidden = outsider.get(f"{path}/days", status=404)
    missing = outsider.get(f"/trips/{uuid4()}/days", status=404)
    assert {**hidden, "request_id": ""} == {**missing, "request_id": ""}
