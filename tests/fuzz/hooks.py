"""Hooks of schemathesis, which loads this file by its path: things that exist, and no waiting."""

from __future__ import annotations

import json
import os
import re
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import schemathesis

KNOWN = json.loads(Path(os.environ["WANDR_KNOWN"]).read_text())
UUID_FORM = re.compile("[0-9a-f-]{36}", re.IGNORECASE)
LONGEST_QUERY = 3500
_turns = count()


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Three of four well-formed addresses lead to something that there is."""
    turn = next(_turns)
    things = KNOWN["Olga"][turn % len(KNOWN["Olga"])]
    if turn % 4 and isinstance(path_parameters, dict):
        for name, value in path_parameters.items():
            if name in things and UUID_FORM.fullmatch(str(value)):
                path_parameters[name] = things[name]
    return path_parameters


@schemathesis.hook
def filter_query(context: Any, query: Any) -> bool:
    """The web server itself refuses longer addresses, before anything of Wandr sees them."""
    return len(urlencode(query or {}, doseq=True, errors="replace")) < LONGEST_QUERY


@schemathesis.hook
def before_call(context: Any, case: Any, **more: Any) -> None:
    """Nobody answers the assistant's requests here: do not wait for it."""
    wait = str((case.query or {}).get("wait", ""))
    if wait.isdecimal() and int(wait) <= 25:
        case.query["wait"] = 0
