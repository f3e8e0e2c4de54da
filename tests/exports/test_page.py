"""GET /trips/{trip_id}/export.html: a page to print that loads and runs nothing."""

from __future__ import annotations

import re
from uuid import uuid4

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> {{ 7*7 }} & more'


def test_a_page_tells_the_days_in_order(viewer, path, plan, place):
    spot = place(hours="Mo-Su 09:00-17:00", timezone="Asia/Tokyo", country_code="JP")
    plan("Shrine", day="2027-04-02", start_time="18:00", end_time="19:00", location_id=spot)
    plan("Tea", day="2027-04-02", location_id=place(name="Gion", latitude=35.02), booking_ref="R 7")
    plan("Perhaps", status="idea")
    page = viewer.get(f"{path}/export.html", status=200)
    assert viewer.raw.content_type == "text/html; charset=utf-8"
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
    assert "Open 09:00–17:00 closed then" in words
    assert "18:00–19:00 Shrine" in words
    assert words.index("2027-04-01") < words.index("Nothing planned") < words.index("Shrine")
    assert words.index("Shrine") < words.index("walk") < words.index("Tea") < words.index("Perhaps")
    assert "Booking: R 7" in words


def test_what_people_type_stays_text_and_nothing_may_run(viewer, organizer, path, plan, place):
    organizer.patch(path, json={"title": HOSTILE, "description": HOSTILE, "notes": HOSTILE})
    plan(
        HOSTILE,
        day="2027-04-02",
        notes=HOSTILE,
        location_id=place(name=HOSTILE),
        url='https://a.example/"><b>',
    )
    page = viewer.get(f"{path}/export.html")
    assert "<script" not in page and "<img" not in page and "<b>" not in page and "49" not in page
    policy = viewer.raw.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"<[^>]*\b(src|href|on\w+)=", page)


def test_who_has_it_already_gets_nothing(viewer, path):
    viewer.get(f"{path}/export.html")
    tag = {"If-None-Match": viewer.raw.headers["ETag"]}
    viewer.get(f"{path}/export.html", headers=tag, status=304)


def test_an_outsider_cannot_tell_that_it_exists(outsider, path):
    hidden = outsider.get(f"{path}/export.html", status=404)
    missing = outsider.get(f"/trips/{uuid4()}/export.html", status=404)
    assert {**hidden, "request_id": ""} == {**missing, "request_id": ""}
