"""What people have typed, as other formats can hold it, and what they are told of an activity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from wandr.itinerary.models import Activity

UNNAMED_PLACE = "Unnamed place"
LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Control characters, and what XML 1.0 (section 2.2) leaves out besides.
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def one_line(text: str) -> str:
    """A text without line ends and control characters."""
    return LINE_ENDS.sub(" ", CONTROLS.sub("", LINE_ENDS.sub("\n", text)))


def several_lines(text: str) -> str:
    """A text whose line ends are all of one kind, without control characters."""
    return CONTROLS.sub("", LINE_ENDS.sub("\n", text))


def place_name(location: Mapping[str, Any]) -> str:
    """The name of a place with its region and country."""
    parts = (location.get(name) for name in ("name", "admin", "country_code"))
    return ", ".join(one_line(str(part)) for part in parts if part)


def words_of(activity: Activity) -> str:
    """The notes of an activity, where it leads, and its booking: paragraphs, or nothing."""
    destination = place_name(activity.end_location or {})
    words = [
        several_lines(activity.notes),
        f"To: {destination}" if destination else "",
        f"Booking: {one_line(activity.booking_ref)}" if activity.booking_ref else "",
    ]
    return "\n\n".join(one for one in words if one)


def web_address(url: str) -> str:
    """An address with all that no URI may hold percent-encoded (RFC 3986)."""
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")


def hours_of(activity: Activity) -> str:
    """Its day and times as they stand on the clocks there: `2027-04-02 09:30-11:00`, or nothing."""
    if activity.day is None:
        return ""
    ends = "" if activity.end_time is None else f"-{activity.end_time:%H:%M}"
    starts = "" if activity.start_time is None else f" {activity.start_time:%H:%M}{ends}"
    return f"{activity.day}{starts}"


def thanks_for(places: Iterable[Mapping[str, Any] | None]) -> str:
    """Whom to thank for places, as their licences ask; nothing for those of people's own."""
    told = {one_line(one["attribution"]) for one in places if one and one["source"] != "custom"}
    return "; ".join(sorted(told))
