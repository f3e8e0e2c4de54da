"""When activities may be: over the date line, while clocks change, in zones of half hours."""

from __future__ import annotations

from typing import Any

import pytest

JAN_1, JAN_2, JAN_3, JAN_4 = (f"2027-01-0{day}" for day in (1, 2, 3, 4))
JULY = "2027-07-01"
SPRING, AUTUMN = "2027-03-28", "2027-10-31"  # Europe's clocks change, at 01:00 UTC
TOKYO, HONOLULU, AUCKLAND = "Asia/Tokyo", "Pacific/Honolulu", "Pacific/Auckland"
LOS_ANGELES, KIRITIMATI = "America/Los_Angeles", "Pacific/Kiritimati"
APIA, PAGO_PAGO = "Pacific/Apia", "Pacific/Pago_Pago"  # an hour's flight, a day apart
PARIS, LONDON, REYKJAVIK = "Europe/Paris", "Europe/London", "Atlantic/Reykjavik"
KATHMANDU, KOLKATA, CALCUTTA = "Asia/Kathmandu", "Asia/Kolkata", "Asia/Calcutta"
LORD_HOWE, SYDNEY, CHATHAM = "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Chatham"
PHOENIX, DENVER = "America/Phoenix", "America/Denver"

Moment = tuple[str | None, str | None, str | None]  # day, time, zone

POSSIBLE: dict[str, tuple[Moment, Moment]] = {
    # over the date line, eastwards: by the clock it lands before it left
    "the same day": ((JAN_2, "17:00", TOKYO), (JAN_2, "05:30", HONOLULU)),
    "a long way, the same day": ((JAN_2, "20:00", AUCKLAND), (JAN_2, "11:00", LOS_ANGELES)),
    "no end day is the same day": ((JAN_2, "20:00", AUCKLAND), (None, "06:00", HONOLULU)),
    "an hour, to yesterday": ((JAN_2, "00:30", APIA), (JAN_1, "01:10", PAGO_PAGO)),
    "from the first zone of all": ((JAN_2, "01:00", KIRITIMATI), (JAN_1, "04:15", HONOLULU)),
    # and westwards: a day is lost
    "two days later": ((JAN_2, "21:00", LOS_ANGELES), (JAN_4, "07:00", AUCKLAND)),
    "an hour, to tomorrow": ((JAN_1, "12:00", PAGO_PAGO), (JAN_2, "12:40", APIA)),
    "to the first zone of all": ((JAN_1, "12:00", HONOLULU), (JAN_2, "15:00", KIRITIMATI)),
    # zones of half and three quarters of an hour
    "45 minutes, west": ((JULY, "12:00", KATHMANDU), (JULY, "11:50", KOLKATA)),
    "45 minutes, east": ((JULY, "12:00", KOLKATA), (JULY, "12:20", KATHMANDU)),
    "Lord Howe is ahead in winter": ((JULY, "12:00", LORD_HOWE), (JULY, "11:45", SYDNEY)),
    "Chatham": ((JULY, "10:00", CHATHAM), (JULY, "09:30", AUCKLAND)),
    # one zone without summer time
    "Phoenix, in summer an hour behind": ((JULY, "12:00", PHOENIX), (JULY, "13:00", DENVER)),
    "Phoenix, in winter at one": ((JAN_2, "12:00", PHOENIX), (JAN_2, "12:00", DENVER)),
    # in one zone the clock decides, whatever it skips or shows twice
    "from a time that is skipped": ((SPRING, "02:30", PARIS), (SPRING, "03:00", PARIS)),
    "within what is skipped": ((SPRING, "02:15", PARIS), (SPRING, "02:45", None)),
    "within what comes twice": ((AUTUMN, "02:15", PARIS), (AUTUMN, "02:45", None)),
    "by two names of one zone": ((JULY, "12:00", KOLKATA), (JULY, "12:00", CALCUTTA)),
    # from zone to zone, a time that is skipped or comes twice is read so that it makes sense
    "over the change in spring": ((SPRING, "00:30", LONDON), (SPRING, "03:30", PARIS)),
    "to a time that is skipped": ((SPRING, "01:45", PARIS), (SPRING, "01:30", LONDON)),
    "after the change in spring": ((SPRING, "03:10", PARIS), (SPRING, "02:15", LONDON)),
    "between two that come twice": ((AUTUMN, "02:30", PARIS), (AUTUMN, "01:15", LONDON)),
    "to the second of two": ((AUTUMN, "01:00", REYKJAVIK), (AUTUMN, "01:15", LONDON)),
    # without zones, or without a day
    "a night without zones": ((JAN_1, "22:00", None), (JAN_2, "06:00", None)),
    "no day, no order": ((None, "22:00", PARIS), (None, "06:00", PARIS)),
    "a day, no times": ((JAN_1, None, AUCKLAND), (JAN_3, None, HONOLULU)),
}
IMPOSSIBLE: dict[str, tuple[Moment, Moment, str]] = {
    "before it left": ((JAN_3, "00:30", TOKYO), (JAN_2, "05:29", HONOLULU), "end_time"),
    "an hour too early": ((JAN_2, "00:30", APIA), (JAN_1, "00:10", PAGO_PAGO), "end_time"),
    "yesterday, in the other direction": (
        (JAN_2, "12:00", HONOLULU),
        (JAN_1, "23:00", TOKYO),
        "end_time",
    ),
    "the day before yesterday": (
        (JAN_3, "00:10", KIRITIMATI),
        (JAN_1, "23:59", PAGO_PAGO),
        "end_day",
    ),
    "yesterday at no known time": ((JAN_2, "00:30", APIA), (JAN_1, None, PAGO_PAGO), "end_day"),
    "yesterday in one zone": ((JAN_2, "00:30", APIA), (JAN_1, "23:00", APIA), "end_day"),
    "yesterday from no zone": ((JAN_2, "00:30", None), (JAN_1, "01:10", PAGO_PAGO), "end_day"),
    "yesterday to no other zone": ((JAN_2, "00:30", APIA), (JAN_1, "01:10", None), "end_day"),
    "yesterday by another name": (
        (JAN_2, "12:00", KOLKATA),
        (JAN_1, "12:00", CALCUTTA),
        "end_time",
    ),
    "45 minutes, west": ((JULY, "12:00", KATHMANDU), (JULY, "11:40", KOLKATA), "end_time"),
    "45 minutes, east": ((JULY, "12:00", KOLKATA), (JULY, "12:10", KATHMANDU), "end_time"),
    "Lord Howe in summer": ((JAN_2, "12:00", LORD_HOWE), (JAN_2, "11:45", SYDNEY), "end_time"),
    "Phoenix in summer": ((JULY, "12:00", PHOENIX), (JULY, "12:59", DENVER), "end_time"),
    "Phoenix in winter": ((JAN_2, "12:00", PHOENIX), (JAN_2, "11:59", DENVER), "end_time"),
    "in one zone, within what comes twice": (
        (AUTUMN, "02:45", PARIS),
        (AUTUMN, "02:15", None),
        "end_time",
    ),
    "after the change in spring": ((SPRING, "03:10", PARIS), (SPRING, "02:05", LONDON), "end_time"),
    "later than both of two": ((AUTUMN, "01:30", REYKJAVIK), (AUTUMN, "01:15", LONDON), "end_time"),
    "a night without its end day": ((JAN_1, "22:00", None), (None, "06:00", None), "end_time"),
    "an end day without a day": ((None, "22:00", PARIS), (JAN_2, "06:00", None), "end_day"),
    "an end without a start": ((JAN_1, None, PARIS), (None, "06:00", None), "end_time"),
}


def fields_of(start: Moment, end: Moment) -> dict[str, Any]:
    names = ("day", "start_time", "timezone", "end_day", "end_time", "end_timezone")
    return dict(zip(names, (*start, *end), strict=True))


@pytest.mark.parametrize(("start", "end"), POSSIBLE.values(), ids=POSSIBLE)
def test_what_can_be_is_taken(path, participant, viewer, plan, start, end):
    wanted = fields_of(start, end)
    for row in (plan(**wanted), plan()):
        changed = participant.patch(f"{path}/activities/{row['id']}", json=wanted, status=200)
        assert changed | wanted == changed
        assert viewer.get(f"{path}/activities/{row['id']}") == changed


@pytest.mark.parametrize(("start", "end", "field"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_refused(path, participant, plan, start, end, field):
    wanted, row = fields_of(start, end), plan()
    body = {"title": "Flight", **wanted}
    refused = participant.post(f"{path}/activities", json=body, status=422)
    assert list(refused["errors"]["json"]) == [field]
    refused = participant.patch(f"{path}/activities/{row['id']}", json=wanted, status=422)
    assert list(refused["errors"]["json"]) == [field]
    assert participant.get(f"{path}/activities")["items"] == [row]


def test_what_makes_a_journey_possible_cannot_be_taken_away(path, participant, plan):
    start, end = POSSIBLE["an hour, to yesterday"]
    row = plan(**fields_of(start, end))
    for name in ("end_time", "timezone", "end_timezone"):
        body = {name: None}
        participant.patch(f"{path}/activities/{row['id']}", json=body, status=422)
    body = {"end_timezone": None, "end_day": None, "end_time": None}
    participant.patch(f"{path}/activities/{row['id']}", json=body, status=200)


LATE, EARLY = {"start_time": "22:00"}, {"end_time": "06:30"}


@pytest.mark.parametrize(
    ("fields", "day", "last"),
    [
        ({"day": JAN_1, "end_day": JAN_3, "kind": "stay"}, JULY, "2027-07-03"),
        ({"day": JAN_1, "end_day": JAN_2, **LATE, **EARLY}, JULY, "2027-07-02"),
        (fields_of(*POSSIBLE["an hour, to yesterday"]), JULY, "2027-06-30"),
        ({"day": JAN_1, "end_day": JAN_3}, None, None),
        ({"day": JAN_1, **LATE}, JULY, None),
        ({**LATE, **EARLY}, JULY, "2027-07-02"),
        ({**LATE, **EARLY}, None, None),
        ({"start_time": "06:30", "end_time": "22:00"}, JULY, None),
        (fields_of((None, "17:00", TOKYO), (None, "05:30", HONOLULU)), JULY, None),
        (fields_of((None, "22:00", LOS_ANGELES), (None, "07:00", AUCKLAND)), JULY, "2027-07-03"),
    ],
)
def test_a_move_to_another_day_takes_as_long_there(path, participant, plan, fields, day, last):
    row = plan(**fields)
    address = f"{path}/activities/{row['id']}/move"
    moved = participant.post(address, json={"day": day}, status=200)
    assert (moved["day"], moved["end_day"]) == (day, last)
    assert participant.post(address, json={"after": None})["end_day"] == last


def test_a_move_does_not_lead_out_of_the_calendar(path, participant, plan):
    row = plan(day=JAN_1, end_day=JAN_2)
    address = f"{path}/activities/{row['id']}/move"
    refused = participant.post(address, json={"day": "2200-12-31"}, status=422)
    assert list(refused["errors"]["json"]) == ["day"]


def test_an_edit_changes_only_the_day_that_it_names(path, participant, plan):
    row = plan(day=JAN_1, end_day=JAN_3)
    address = f"{path}/activities/{row['id']}"
    assert participant.patch(address, json={"day": JAN_2})["end_day"] == JAN_3
    participant.patch(address, json={"day": JAN_4}, status=422)


def test_a_move_onto_the_day_on_which_the_clocks_change(path, participant, plan):
    row = plan(day=JAN_2, start_time="02:30", end_time="03:00", timezone=PARIS)
    address = f"{path}/activities/{row['id']}/move"
    assert participant.post(address, json={"day": SPRING}, status=200)["day"] == SPRING
