"""What the prompt says about days: how many, which dates, which weekdays, the second day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from wandr.ai.planner.draft import Draft, Prompt
from wandr.ai.planner.lexicon import NUMBERS, PACE_WORDS, number_of

_MONTHS: Final = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_WEEKDAYS: Final = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_TO = r"\s*(?:-|to|till?|until|through)\s*"
_FIRST = r"(?:the )?(?P<first>\d{1,2})(?:st|nd|rd|th)?"
_LAST = r"(?:the )?(?P<last>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? \d{4})?"
_ISO = r"\d{4}-\d{2}-\d{2}"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_NUMBER = "|".join([r"\d{1,2}", *sorted(NUMBERS, key=len, reverse=True)])

_CALENDAR_DAYS = [
    rf"(?:from )?{_FIRST}{_TO}{_LAST}(?: of)? {_MONTH}{_YEAR}",
    rf"(?:from )?{_MONTH} {_FIRST}(?:{_TO}{_LAST})?{_YEAR}",
    rf"(?:on )?{_FIRST}(?: of)? {_MONTH}{_YEAR}",
    r"(?:from )?the (?P<first>\d{1,2})(?:st|nd|rd|th)" + rf"(?:{_TO}{_LAST})?",
]


def read_days(prompt: Prompt, draft: Draft) -> None:
    """Dates before counts: "from the 2nd to the 4th" must not be read as a number of days."""
    _read_iso_dates(prompt, draft)
    for pattern in _CALENDAR_DAYS:
        for match in prompt.take(pattern):
            draft.want_dates(list(_calendar_days(match, draft.trip_days)), match.group())
    _read_weekdays(prompt, draft)
    _read_numbered_days(prompt, draft)
    _read_count(prompt, draft)


def _read_iso_dates(prompt: Prompt, draft: Draft) -> None:
    for match in prompt.take(rf"(?:from )?({_ISO})(?:{_TO}({_ISO}))?"):
        try:
            first = date.fromisoformat(match[1])
            last = date.fromisoformat(match[2] or match[1])
        except ValueError:
            draft.not_understood.append(match.group())
            continue
        # A range is bounded by the trip, so that a slip in the year cannot make a million days.
        inside = [day for day in draft.trip_days if first <= day <= last]
        complete = len(inside) == (last - first).days + 1
        draft.want_dates([*inside] if complete else [*inside, None], match.group())


def _calendar_days(match: re.Match[str], trip_days: object) -> Iterator[date | None]:
    assert isinstance(trip_days, (list, tuple))
    said = match.groupdict()
    month = _MONTHS.index(said["month"][:3].casefold()) + 1 if said.get("month") else None
    first = int(said["first"])
    for number in range(first, int(said.get("last") or first) + 1):
        fitting = [d for d in trip_days if d.day == number and month in (None, d.month)]
        yield fitting[0] if fitting else None


def _read_weekdays(prompt: Prompt, draft: Draft) -> None:
    for match in prompt.take(rf"(?:(?:on|from) )?({_WEEKDAY}){_TO}({_WEEKDAY})"):
        first, last = (_WEEKDAYS.index(name[:3].casefold()) for name in match.groups())
        wanted = {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        _want_weekdays(draft, wanted, match.group())
    for match in prompt.take(r"(?:(?:on|for|over) )?(?:a|the|one)? ?weekend"):
        _want_weekdays(draft, {5, 6}, match.group().strip())
    for match in prompt.take(rf"(?:on )?({_WEEKDAY})"):
        _want_weekdays(draft, {_WEEKDAYS.index(match[1][:3].casefold())}, match.group())


def _want_weekdays(draft: Draft, weekdays: set[int], said: str) -> None:
    found = [day for day in draft.trip_days if day.weekday() in weekdays]
    draft.want_dates(found or [None], said)


def _read_numbered_days(prompt: Prompt, draft: Draft) -> None:
    for match in prompt.take(rf"(?:on )?days? (\d{{1,2}})(?:{_TO}(\d{{1,2}}))?"):
        numbers = range(int(match[1]), int(match[2] or match[1]) + 1)
        draft.want_dates([_nth_day(draft, number) for number in numbers], match.group())
    for match in prompt.take(rf"(?:on )?the (first|last)(?: ({_NUMBER}))? days?"):
        count = number_of(match[2] or "one")
        numbers = range(1, count + 1) if match[1].casefold() == "first" else range(-count, 0)
        draft.want_dates([_nth_day(draft, number) for number in numbers], match.group())


def _nth_day(draft: Draft, number: int) -> date | None:
    """The first day is 1, the last is -1."""
    index = number - 1 if number > 0 else len(draft.trip_days) + number
    return draft.trip_days[index] if 0 <= index < len(draft.trip_days) else None


def _read_count(prompt: Prompt, draft: Draft) -> None:
    for match in prompt.take(rf"(?:for )?({_NUMBER})[ -](?:full |whole )?days?"):
        draft.suggest("count", number_of(match[1]), match.group())
    # "three relaxed days": the pace between them is left for its own rule.
    pace = "|".join(PACE_WORDS.values())
    for match in prompt.take(rf"(?:for )?({_NUMBER})(?=[ -](?:very |really )?(?:{pace}),? days?)"):
        draft.suggest("count", number_of(match[1]), f"{match.group()} days")
    for match in prompt.take(r"(?:for )?(?:a|one) week"):
        draft.suggest("count", timedelta(weeks=1).days, match.group())
    for match in prompt.take(r"(?:the )?(?:whole|entire|full) trip|(?:all|every|each) days?"):
        draft.suggest("count", len(draft.trip_days), match.group())
