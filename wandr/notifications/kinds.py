"""What people are told of, and how, unless they prefer otherwise: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MAILS: Final = ("now", "daily", "off")


@dataclass(frozen=True)
class Kind:
    """`mail` is when a mail is sent; what is `quiet` is not told to who is live in the trip.

    What is `outside` still concerns who is no longer in it.
    """

    sentence: str
    mail: str
    quiet: bool = False
    outside: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    "invited": Kind("Somebody invites you to a trip.", "off"),  # the invite is a mail by itself
    "joined": Kind("Somebody has joined a trip that you organize.", "daily", quiet=True),
    "left": Kind("Somebody has left a trip that you organize.", "daily", quiet=True),
    "role_changed": Kind("Your role in a trip is another one.", "now"),
    "removed": Kind("You are no longer in a trip.", "now", outside=True),
    "changes": Kind("Others have changed a trip.", "daily", quiet=True),
    "mentioned": Kind("Somebody has written your name, behind an @.", "now"),
    "booking_conflict": Kind("Something that you booked does not fit the plan.", "now"),
    "proposal_waiting": Kind("The assistant has proposed something.", "daily", quiet=True),
    "ai_done": Kind("The assistant has answered you.", "off", quiet=True),
    "trip_starts": Kind("A trip starts in a week, or tomorrow.", "now"),
}
