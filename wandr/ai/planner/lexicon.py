"""The words that the rules know: what an interest is called, what means nothing on its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_FOOD = {"food": 1.0, "market": 0.8}
_VIEWS = {"views": 1.0, "viewpoint": 1.0}
_NIGHT = {"nightlife": 1.0}

# What is said (singular; a plural -s or -es is understood) → interests and kinds of place, weighed.
INTEREST_WORDS: Final[Mapping[str, Mapping[str, float]]] = {
    **dict.fromkeys(["temple", "pagoda"], {"temple": 1.0, "shrine": 0.9}),
    "shrine": {"shrine": 1.0, "temple": 0.7},
    **dict.fromkeys(["church", "cathedral", "basilica"], {"church": 1.0}),
    "mosque": {"mosque": 1.0},
    "synagogue": {"synagogue": 1.0},
    "museum": {"museum": 1.0},
    "palace": {"palace": 1.0, "castle": 0.7},
    "castle": {"castle": 1.0, "palace": 0.7},
    **dict.fromkeys(["religion", "religious site", "sacred place", "spiritual"], {"religion": 1.0}),
    **dict.fromkeys(
        ["food", "foodie", "street food", "local food", "eating", "eat", "dining"], _FOOD
    ),
    **dict.fromkeys(["restaurant", "cuisine", "gastronomy", "good food", "culinary"], _FOOD),
    **dict.fromkeys(["cafe", "café", "coffee"], {"food": 0.6}),
    **dict.fromkeys(["market", "food market", "bazaar"], {"market": 1.0}),
    **dict.fromkeys(["art", "gallery", "galleries", "painting", "sculpture"], {"art": 1.0}),
    **dict.fromkeys(["history", "historic", "historical", "ancient", "ruin"], {"history": 1.0}),
    **dict.fromkeys(["archaeology", "historic site", "historical site"], {"history": 1.0}),
    **dict.fromkeys(["culture", "cultural", "tradition", "traditional"], {"culture": 1.0}),
    **dict.fromkeys(["nature", "outdoor", "hiking", "hike", "greenery"], {"nature": 1.0}),
    **dict.fromkeys(["park", "green space"], {"park": 1.0, "garden": 0.8}),
    "garden": {"garden": 1.0, "park": 0.6},
    **dict.fromkeys(["beach", "swimming"], {"beach": 1.0}),
    **dict.fromkeys(["shopping", "shop", "boutique"], {"shopping": 1.0}),
    **dict.fromkeys(["nightlife", "bar", "pub", "club", "clubbing", "going out"], _NIGHT),
    **dict.fromkeys(["view", "viewpoint", "skyline", "panorama", "scenery"], _VIEWS),
    **dict.fromkeys(["architecture", "building"], {"architecture": 1.0}),
    **dict.fromkeys(["kid", "child", "children", "family", "family friendly"], {"family": 1.0}),
    **dict.fromkeys(["zoo", "aquarium", "animal"], {"zoo": 1.0}),
    **dict.fromkeys(["theatre", "theater", "opera", "concert hall"], {"theatre": 1.0}),
    **dict.fromkeys(["monument", "landmark"], {"monument": 1.0}),
    **dict.fromkeys(["neighbourhood", "neighborhood", "strolling"], {"neighbourhood": 1.0}),
    **dict.fromkeys(["bath", "spa", "onsen", "hammam"], {"bath": 1.0}),
    **dict.fromkeys(["sight", "sightseeing", "highlight", "must-see", "attraction"], {}),
}

INTEREST_KEYS: Final = frozenset(key for keys in INTEREST_WORDS.values() for key in keys)

PACE_WORDS: Final = {
    "relaxed": r"relax(?:ed|ing)?|slow(?:ly)?|leisurely|calm|chill|laid[- ]back|easy[- ]?going|easy"
    r"|gentle|(?:no|without) (?:rush|hurry|stress)|not (?:too |so )?(?:packed|busy|full|fast|much)",
    "full": r"packed|busy|full(?: days)?|fast|intense|as much as possible|action[- ]packed|tight",
    "normal": r"normal|moderate|medium|balanced",
}

DIETS: Final = r"vegetarian|vegan|halal|kosher|gluten[- ]free|lactose[- ]free|pescatarian"

NUMBERS: Final = {
    **{
        word: number
        for number, word in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
        )
    },
    **{"a": 1, "an": 1, "single": 1, "eleven": 11, "twelve": 12, "fourteen": 14},
}

# Words that carry no wish of their own. A word missing here is shown back as not understood.
_FILLER_TEXT: Final = """
a about all also am an and any are around as at be between both bring but by can care could day
days do each enjoy especially every everything experience explore few find for friends from get
give go going good great group have having help holiday i i'd i'll i'm idea ideas in include
including interested interests into is it itinerary journey just keep let's like local lots lot
love make maybe me mainly more most mostly much my need nice of on or our out pace people place
places plan planning please prefer really see seeing show some something spend stay style
suggest take tell that the their them there they things this through time to together too tour
travel travelers travellers traveling travelling trip trips try us vacation very via visit
visiting want we we'd we'll we're well what where which while wish with would you your
"""
FILLERS: Final = frozenset(_FILLER_TEXT.split())


def number_of(word: str) -> int:
    """What "3" or "three" means. Raises KeyError for another word."""
    return int(word) if word.isdigit() else NUMBERS[word.casefold()]


def plural_pattern(words: Mapping[str, object]) -> str:
    """A pattern for any of the words, singular or plural, longest first."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"[ -]") + "(?:e?s)?" for word in longest_first)


def interest_of(said: str) -> Mapping[str, float] | None:
    """The weights of a word of the lexicon or of an interest's own name; None for another word."""
    word = re.sub(r"[ -]+", " ", said.casefold().strip())
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        for spelled in (form, form.replace(" ", "-")):
            if spelled in INTEREST_WORDS:
                return INTEREST_WORDS[spelled]
    return {word: 1.0} if word in INTEREST_KEYS else None
