"""Where the events of a calendar are."""

from __future__ import annotations

from tests.exports.ics import events_of, read_with_ical


def test_an_event_is_where_its_location_is(plan, export, place):
    plan(day="2027-04-02", location_id=place())
    (event,) = events_of(export())
    assert event["LOCATION"].startswith("Hideaway")
    assert event["GEO"] == "35.011600;135.768100"
    (read,) = read_with_ical(export()).events
    assert (read.geo.lat, read.geo.lng) == (35.0116, 135.7681)


def test_a_journey_tells_where_it_goes(plan, export, place):
    plan(day="2027-04-02", location_id=place(), end_location_id=place(name="Far, away"))
    (read,) = read_with_ical(export()).events
    assert "To: Far, away" in read.description


def test_tiny_coordinates_are_written_without_an_exponent(plan, export, place):
    plan(day="2027-04-02", location_id=place(latitude=0.00001, longitude=-0.00000001))
    (event,) = events_of(export())
    assert event["GEO"] == "0.000010;-0.000000"
