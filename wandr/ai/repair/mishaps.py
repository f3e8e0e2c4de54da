"""What went wrong, as it is told: it rains, something is closed, the travellers come late."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, cast

from wandr.ai.planner.dates import read_days
from wandr.ai.planner.draft import Draft, Prompt
from wandr.ai.planner.frames import minute_of
from wandr.ai.planner.lexicon import NUMBERS, number_of
from wandr.ai.planner.model import Stop
from wandr.ai.planner.phrases import read_clock
from wandr.ai.planner.scoring import plain

Cause = Literal["rain", "closed", "late"]
MISHAP_KEYS: Final = ("rain", "closed", "late_minutes", "arrive_at")
NAMES_MEANT: Final = 0.5  # share of a title's own words that must be said
SHORTEST_WORD: Final = 4  # letters of a word that may name something
_RAIN: Final = r"rain(?:s|ing|y)?|storms?|stormy|bad weather|snow(?:s|ing|y)?"
_CLOSED: Final = r"closed|closes|shut|cancell?ed|sold out|on strike"
_LATE: Final = r"late|later|delayed?|delay|behind"
_AMOUNT: Final = (
    r"(?P<half>half an? )?(?P<number>\d{1,3}(?:\.\d)?|"
    + "|".join(sorted(NUMBERS, key=len, reverse=True))
    + r")?(?P<more> and a half)? ?-?(?P<unit>hours?|h|minutes?|mins?)(?P<after> and a half)?"
)
_ARRIVAL: Final = (
    r"(?:arrive|arriving|land|landing|get there|be there|start|can start)"
    r"(?: only| not before)?(?: at| around| by)? (\d{1,2})(?::(\d{2}))? ?(am|pm)?"
)
_GENERIC: Final = frozenset(
    ["museum", "tower", "castle", "palace", "temple", "shrine", "church", "cathedral", "market"]
    + ["park", "garden", "gardens", "basilica", "bridge", "square", "visit", "lunch", "dinner"]
    + ["national", "royal", "saint"]
)


@dataclass(frozen=True)
class Mishap:
    """What cannot be as planned on a day. `stop_ids` are what is closed; the travellers are there
    `late_minutes` later than planned, or from the minute `arrive_at` of the day on."""

    cause: Cause
    day: date
    stop_ids: frozenset[str] = frozenset()
    late_minutes: int = 0
    arrive_at: int | None = None


@dataclass
class Told:
    """What was understood of it, and what would have to be said, too."""

    mishaps: list[Mishap] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def read_mishaps(
    prompt: str,
    form: Mapping[str, object],
    stops: Sequence[Stop],
    *,
    trip_days: Sequence[date],
    today: date,
    day: date | None = None,
) -> Told:
    """What happened, of what the form says (`rain`: true, `closed`: titles or ids of activities,
    `late_minutes`, `arrive_at`: "HH:MM"; on `day`) and of what the prompt does."""
    told, text = Told(), Prompt(prompt)
    form_says = {
        key: form[key] for key in MISHAP_KEYS if form.get(key) not in (None, "", [], False)
    }
    days = [day] if day else _days_in(text, trip_days, today)
    if "rain" in form_says or list(text.take(_RAIN)):
        told.mishaps += [Mishap("rain", one) for one in days or _only(trip_days)]
        if not told.mishaps:
            told.unclear.append("On which day does it rain?")
    if "closed" in form_says or list(text.take(_CLOSED)):
        meant = stops_meant(stops, prompt, form_says.get("closed"))
        told.mishaps += _closures(meant, days)
        if not meant:
            told.unclear.append("What is closed? I find nothing of that name in the trip.")
    _read_delay(text, form_says, told, days[0] if days else min(trip_days, default=None))
    return told


def _read_delay(text: Prompt, form: Mapping[str, object], told: Told, day: date | None) -> None:
    late, arrive_at = _late_minutes(text, form), _arrival(text, form)
    if day is None or (late is None and arrive_at is None):
        return
    if not late and arrive_at is None:
        told.unclear.append("How late will you be?")
        return
    told.mishaps.append(Mishap("late", day, late_minutes=late or 0, arrive_at=arrive_at))


def _late_minutes(text: Prompt, form: Mapping[str, object]) -> int | None:
    """How many minutes late; 0 when that is not said, None when nobody is late."""
    if "late_minutes" in form:
        said = form["late_minutes"]
        return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0
    is_late = bool(list(text.take(_LATE)))
    if not is_late:
        return None
    return sum(_minutes(match) for match in text.take(_AMOUNT))


def _minutes(match: re.Match[str]) -> int:
    number = match["number"] or ("one" if not match["half"] else "")
    count = 0.0 if not number else float(number) if number[0].isdigit() else number_of(number)
    count = count * 0.5 if match["half"] and number else count or 0.5
    count += 0.5 * bool(match["more"] or match["after"])
    return round(count * (60 if match["unit"].casefold().startswith("h") else 1))


def _arrival(text: Prompt, form: Mapping[str, object]) -> int | None:
    found: re.Match[str] | None = None
    if "arrive_at" in form:
        found = re.fullmatch(r"(\d{1,2}):(\d{2})()", str(form["arrive_at"]))
    found = found or next(text.take(_ARRIVAL), None)
    clock = read_clock(found[1], found[2], found[3] or None) if found else None
    return None if clock is None else minute_of(clock)


def _days_in(text: Prompt, trip_days: Sequence[date], today: date) -> list[date]:
    draft = Draft(tuple(sorted(trip_days)))
    for match in text.take(r"today|tonight|tomorrow"):
        draft.want_dates([today + timedelta(days=match.group().casefold() == "tomorrow")], "")
    read_days(text, draft)
    return sorted(draft.dates & set(trip_days))


def _only(days: Sequence[date]) -> list[date]:
    return list(days) if len(days) == 1 else []


def _closures(meant: Sequence[Stop], days: Sequence[date]) -> Iterator[Mishap]:
    """What is closed on the days that were said; without them, when it is planned."""
    for day in sorted({stop.day for stop in meant if stop.day}):
        if not days or day in days:
            yield Mishap("closed", day, frozenset(stop.id for stop in meant if stop.day == day))


def stops_meant(stops: Sequence[Stop], prompt: str, named: object = None) -> list[Stop]:
    """The stops that are named: by id, or by the words that are a title's own."""
    names = cast(list[object], named if isinstance(named, list) else [named] if named else [])
    found = [stop for stop in stops if stop.id in names]
    for said in [*map(str, names), prompt]:
        found += [stop for stop in _named_in(said, stops) if stop not in found]
    return found


def _named_in(said: str, stops: Sequence[Stop]) -> Iterator[Stop]:
    """Those whose words are said, the best match first: a word names one stop alone."""
    left, enough = set(plain(said).split()), NAMES_MEANT
    while True:
        shares = [(_share(own := _own_words(stop.title), left), len(own), stop) for stop in stops]
        share, words, best = max(shares, key=lambda one: one[:2], default=(0.0, 0, None))
        if best is None or share < enough or not share:
            return
        yield from (stop for s, w, stop in shares if (s, w) == (share, words))
        left -= {word for s, w, stop in shares if (s, w) == (share, words)
                 for word in _own_words(stop.title)}  # fmt: skip
        enough = 1.0  # what is named beside it is named in full


def _own_words(title: str) -> set[str]:
    """The words of a title that name something."""
    words = {word for word in plain(title).split() if len(word) >= SHORTEST_WORD}
    return words - _GENERIC or words


def _share(own: set[str], said: set[str]) -> float:
    return len(own & said) / len(own) if own else 0.0
