"""What people write stays text: no line of a calendar begins because somebody typed one."""

from __future__ import annotations

import pytest

from tests.exports.ics import content_lines, events_of, read_with_ical

LINE_ENDS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"]
EVIL = "BEGIN:VEVENT"


@pytest.mark.parametrize("end", LINE_ENDS)
def test_a_line_end_in_a_title_begins_no_line(organizer, path, plan, export, end):
    plan(f"a{end}{EVIL}", day="2027-04-02", notes=f"b{end}{EVIL}", booking_ref=f"c{end}{EVIL}")
    organizer.patch(path, json={"title": f"d{end}{EVIL}"})
    body = export()
    (event,) = events_of(body)
    assert event["SUMMARY"] == f"a {EVIL}"
    assert body.decode().splitlines() == body.decode()[:-2].split("\r\n")
    assert ("X-WR-CALNAME", "", f"d {EVIL}") in content_lines(body)
    (read,) = read_with_ical(body).events
    assert read.description == f"b\n{EVIL}\n\nBooking: c {EVIL}"


def test_no_control_character_is_written(plan, export):
    controls = "".join(map(chr, [*range(1, 0x20), *range(0x7F, 0xA0)]))
    plan(f"a{controls}b", day="2027-04-02", notes=controls, booking_ref=controls)
    content_lines(export())  # asserts it


def test_separators_are_read_back_as_they_were_written(plan, export):
    title = r"a;b,c\d\n:e" + '"f"'
    plan(title, day="2027-04-02", notes="one\n two\n\nthree  ")
    (event,) = read_with_ical(export()).events
    assert event.summary == title
    assert event.description == "one\n two\n\nthree  "


def test_long_text_is_folded_and_no_character_cut(plan, export):
    plan("🏯京都" * 60, day="2027-04-02", notes="é" * 10_000)
    (event,) = read_with_ical(export()).events
    assert event.summary == "🏯京都" * 60
    assert event.description == "é" * 10_000


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://example.com/a?b=c;d,e#f", "https://example.com/a?b=c;d,e#f"),
        ("https://example.com/京\x01", "https://example.com/%E4%BA%AC%01"),
        ('https://example.com/"<>\\', "https://example.com/%22%3C%3E%5C"),
        ("https://example.com/%20", "https://example.com/%20"),
    ],
)
def test_an_address_stays_an_address(plan, export, url, written):
    plan(day="2027-04-02", url=url)
    (event,) = events_of(export())
    assert event["URL"] == written
