"""What a measurement is, and how it is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable

Figure = tuple[str, float, str]  # name, value, unit


def write_figures(figures: Iterable[Figure]) -> None:
    for name, value, unit in figures:
        sys.stdout.write(f"  {name:36} {value:10.2f} {unit}\n")
