"""A trip as a page to print: its days in order, readable without a network or a script."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from wandr.exports.words import thanks_for

_HERE = files("wandr.exports")
STYLE: Final = (_HERE / "page.css").read_text(encoding="utf-8")
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# Nothing is loaded, nothing runs, and no other style than this one counts.
POLICY: Final = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'"
_ENVIRONMENT = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_PAGE = _ENVIRONMENT.from_string((_HERE / "page.html.j2").read_text(encoding="utf-8"))


def page_of(snapshot: Mapping[str, Any], days: Mapping[str, Any]) -> str:
    """The page as HTML, of a snapshot and its day view (`days.days_of`)."""
    activities = snapshot["entities"]["activity"]
    names = ("location", "end_location")
    return _PAGE.render(
        trip=snapshot["trip"],
        members=snapshot["members"],
        thanks=thanks_for(one[name] for one in activities for name in names),
        style=STYLE,
        **days,
    )
