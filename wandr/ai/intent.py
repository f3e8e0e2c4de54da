"""What a message in a conversation wants done, by rules. In doubt it is a question."""

from __future__ import annotations

import re
from typing import Final

_POLITELY: Final = (
    r"(?:(?:please|hey|hi|hello|ok|okay|so|now|and|then),? )*"
    r"(?:(?:can|could|would|will) you (?:please )?|let's |(?:i|we) want (?:you )?to )?"
)
_PLAN: Final = (
    r"(?:plan|fill|organi[sz]e|schedule|arrange)\b"
    r"|(?:make|create|build|draft|write|prepare|give)(?: me| us)? (?:an? |the |our )?"
    r"(?:\w+[- ]){0,3}(?:plan|itinerary|schedule|programme|program)\b"
)
_SUGGEST: Final = (
    r"(?:suggest|propose|recommend)\b|(?:give|show)(?: me| us)? (?:some |a few |more )?ideas\b"
    r"|(?:any |some |more )?ideas (?:for|in|around)\b"
)
_CHECK: Final = (
    r"(?:check|review|verify|validate)\b"
    r"|(?:is|are) (?:there )?(?:anything|something|any problems?) wrong\b"
    r"|does (?:it|this|everything|the plan|our plan|the trip) (?:all )?work\b"
)
_MISHAP: Final = (
    r"(?:it|it's|it will|it'll|it is|there is|there's|heavy|lots of)?\b.*\brain(?:s|ing|y)?\b"
    r"|.*\b(?:is|are|will be|has been|was) (?:closed|shut|cancelled|canceled|sold out)\b"
    r"|.*\b(?:late|delayed|delay)\b|(?:repair|fix|mend|rescue)\b"
)
_IN_ORDER: Final = (("check", _CHECK), ("plan_trip", _PLAN), ("suggest", _SUGGEST))


def kind_meant(text: str) -> str:
    """The kind of request that a message is: a mishap that is told is to be repaired."""
    said = " ".join(text.casefold().split())
    for kind, pattern in _IN_ORDER:
        if re.match(_POLITELY + f"(?:{pattern})", said):
            return kind
    if not said.endswith("?") and re.match(f"(?:{_MISHAP})", said):
        return "repair"
    return "ask"
