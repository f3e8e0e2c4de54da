"""What a visit to a place of some kind is like, where nobody has said it of the place itself."""

from __future__ import annotations

from typing import Any, Final

# Minutes, whether it is indoors (None: some are), interests.
TYPICAL: Final[dict[str, tuple[int, bool | None, tuple[str, ...]]]] = {
    "museum": (90, True, ("culture", "history")),
    "church": (35, True, ("architecture", "history", "religion")),
    "mosque": (35, True, ("architecture", "religion")),
    "synagogue": (35, True, ("history", "religion")),
    "temple": (45, None, ("culture", "religion")),
    "shrine": (40, False, ("culture", "religion")),
    "castle": (75, None, ("architecture", "history")),
    "palace": (75, True, ("architecture", "history")),
    "monument": (30, None, ("history",)),
    "market": (45, None, ("food", "shopping")),
    "food": (60, True, ("food",)),
    "theatre": (60, True, ("culture",)),
    "zoo": (150, None, ("family", "nature")),
    "bridge": (15, False, ("architecture", "views")),
    "square": (25, False, ("architecture",)),
    "park": (45, False, ("nature",)),
    "garden": (45, False, ("nature",)),
    "beach": (90, False, ("nature",)),
    "viewpoint": (25, False, ("views",)),
    "bath": (90, None, ("culture",)),
}
PROMINENCE: Final = 1  # known to a map, and not more


def typical_visit(kind: str) -> dict[str, Any]:
    """Attributes of a location of that kind, as guesses."""
    minutes, indoor, interests = TYPICAL[kind]
    return {
        "minutes": minutes,
        "indoor": indoor,
        "interests": list(interests),
        "prominence": PROMINENCE,
        "confidence": "low",
    }
