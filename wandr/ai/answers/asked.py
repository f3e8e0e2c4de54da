"""A question as it is taken apart: what it is about, the day, the places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from wandr.ai.destination import destinations_of
from wandr.ai.planner.draft import Prompt
from wandr.ai.planner.model import Point, Wishes
from wandr.ai.tools import Tools
from wandr.ai.translation import days_of, stop_of
from wandr.locations.atlas import KINDS as SIGHT_KINDS
from wandr.locations.names import fold

Json = Mapping[str, Any]
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH: Final = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
ON: Final = r"(?:(?:on|for|at|by|of|the|next|this|in) )*"
NUMBER: Final = r"(\d{1,2})(?:st|nd|rd|th)?"
YEAR: Final = r"(?:,? (\d{4}))?"
WEEKDAY: Final = r"(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?"
ALIKE: Final = 0.85  # of a name and what was written, where the search forgave slips
# Words of questions that are nobody's name, whatever towns there are.
_EMPTY_TEXT: Final = """
can could did do does far had has have how is are it life long many meaning much now our should
still there us was we were what when where which who will would yet
"""
EMPTY: Final = frozenset(_EMPTY_TEXT.split())
WHAT_IT_IS: Final = frozenset(
    {"the", "of", *SIGHT_KINDS, "tower", "cathedral", "monastery", "basilica"}
)
MOST_PLACES: Final = 4
LONGEST_PHRASE: Final = 60  # characters


@dataclass
class Asked:
    """A question about a trip. `today` decides what "tomorrow" is."""

    text: str
    snapshot: Json
    tools: Tools
    today: date
    prompt: Prompt = field(init=False)

    def __post_init__(self) -> None:
        self.prompt = Prompt(self.text)

    @property
    def trip(self) -> Json:
        found: Json = self.snapshot["trip"]
        return found

    @property
    def has_trip(self) -> bool:
        """Whether the conversation is about a trip."""
        return self.trip["id"] is not None

    @property
    def activities(self) -> Sequence[Json]:
        found: Sequence[Json] = self.snapshot["entities"]["activity"]
        return found

    def says(self, pattern: str) -> bool:
        """Whether words of the pattern are in the question; they are taken from it then."""
        return bool(list(self.prompt.take(pattern)))

    def day(self) -> date | None:
        """The day that it names: by date, by weekday (of the trip, else the next), or in words."""
        for match in self.prompt.take(rf"{ON}(\d{{4}}-\d{{2}}-\d{{2}})"):
            return _date(*map(int, match[1].split("-")))
        for match in self.prompt.take(
            rf"{ON}(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})(?:,? (\d{{4}}))?"
        ):
            return self._calendar_day(match[1], match[2], match[3])
        for match in self.prompt.take(
            rf"{ON}({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?"
        ):
            return self._calendar_day(match[2], match[1], match[3])
        for match in self.prompt.take(rf"{ON}(today|tonight|tomorrow)"):
            return self.today + timedelta(days=match[1].casefold() == "tomorrow")
        for match in self.prompt.take(ON + WEEKDAY):
            return self._weekday(WEEKDAYS.index(match[1][:3].casefold()))
        return None

    def month(self) -> int | None:
        """The month that it names, 1 to 12."""
        for match in self.prompt.take(rf"{ON}({MONTH})"):
            return MONTHS.index(match[1][:3].casefold()) + 1
        return None

    def places(self) -> list[Json]:
        """The places that are named in what is left of the question, cities and sights."""
        phrases = self._phrases()
        sights, cities = self.tools.sights_called(phrases), self.tools.cities_called(phrases)
        meant = {phrase: city for phrase, city in cities.items() if self._is_name(phrase)}
        # Cities have many names: one that is a sight's, too, is meant when it is the city's own.
        own = {one: city for one, city in meant.items() if fold(city["name"]) == fold(one)}
        return self._known_or_alike(phrases, meant | sights | own)

    def sights(self) -> list[Json]:
        """The sights that are named, also where a town has the same name."""
        phrases = self._phrases()
        return self._known_or_alike(phrases, self.tools.sights_called(phrases))

    def city(self) -> Json | None:
        """The city that is named, else where the trip goes."""
        return next((one for one in self.places() if one["kind"] == "city"), None) or self._home()

    def _known_or_alike(self, phrases: Sequence[str], known: Mapping[str, Json]) -> list[Json]:
        found = [known.get(phrase) or self._resembling(phrase) for phrase in phrases]
        return [place for place in found if place is not None]

    def _phrases(self) -> list[str]:
        phrases = [one for one in self.prompt.left_over() if one.casefold() not in EMPTY]
        return [one[:LONGEST_PHRASE] for one in phrases][:MOST_PLACES]

    def _is_name(self, phrase: str) -> bool:
        """There are towns called Does and Sun: a name is written as one, where anything is."""
        is_shouted_or_not = self.text.islower() or self.text.isupper()
        return is_shouted_or_not or not phrase[:1].islower()

    def _resembling(self, phrase: str) -> Json | None:
        """A sight whose name was written with slips, or shorter than it is."""
        for place in self.tools.find_locations(phrase, kind="sight", near=self._near(), limit=8):
            if _is_alike(phrase, place["name"]):
                return place
        return None

    def _near(self) -> Point | None:
        home = self._home()
        return (home["latitude"], home["longitude"]) if home else None

    def _home(self) -> Json | None:
        """The city of the trip, found as the planner finds it."""
        stops = tuple(map(stop_of, self.activities))
        found = destinations_of(Wishes(days=()), self.trip, stops, self.tools)
        return self.tools.nearest_city(*found[0].point) if found else None

    def _calendar_day(self, day: str, month: str, year: str | None) -> date | None:
        number = MONTHS.index(month[:3].casefold()) + 1
        if year is not None:
            return _date(int(year), number, int(day))
        for one in days_of(self.trip):
            if (one.month, one.day) == (number, int(day)):
                return one
        this = _date(self.today.year, number, int(day))
        return (
            this if this is None or this >= self.today else _date(this.year + 1, number, int(day))
        )

    def _weekday(self, weekday: int) -> date:
        coming = [self.today + timedelta(days=n) for n in range(7)]
        return next(day for day in (*days_of(self.trip), *coming) if day.weekday() == weekday)


def _is_alike(said: str, name: str) -> bool:
    """Many are museums and towers: what they are does not make two names alike."""
    if SequenceMatcher(None, fold(said), fold(name)).ratio() >= ALIKE:
        return True
    return set(_proper(said).split()) <= set(_proper(name).split())


def _proper(name: str) -> str:
    """A folded name without what its place is."""
    words = fold(name).split()
    return " ".join([word for word in words if word not in WHAT_IT_IS] or words)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
