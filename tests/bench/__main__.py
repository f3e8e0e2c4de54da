"""`make bench`: every measurement, as a table with what it is held against."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import (
    checking,
    edits,
    journeys,
    locations,
    mishaps,
    questions,
    realtime,
    rest,
    sizes,
)
from tests.bench.figures import Figure, write_figures

MEASURES: dict[str, Callable[[Path], Iterable[Figure]]] = {
    "Places": locations.run,
    "Questions": questions.run,
    "Mishaps and ideas": mishaps.run,
    "Plans": journeys.run,
    "Edits": edits.run,
    "Checker": checking.run,
    "Sizes": sizes.measure,
    "REST": rest.measure,
    "Sockets": realtime.measure,
}


def main() -> None:
    for title, measure in MEASURES.items():
        sys.stdout.write(f"\n{title}\n")
        with tempfile.TemporaryDirectory(prefix="wandr-bench-", dir="/var/tmp") as folder:
            Path(folder).chmod(0o755)
            write_figures(measure(Path(folder)))


if __name__ == "__main__":
    main()
