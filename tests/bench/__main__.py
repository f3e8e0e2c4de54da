"""`make bench`: every measurement, as a table of names, values and units."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench import locations, rest
from tests.bench.figures import Figure, write_figures


def main() -> None:
    for title, measure in (("Places", locations.run), ("REST", rest.measure)):
        sys.stdout.write(f"\n{title}\n")
        with tempfile.TemporaryDirectory(prefix="wandr-bench-", dir="/var/tmp") as folder:
            Path(folder).chmod(0o755)
            figures: list[Figure] = measure(Path(folder))
            write_figures(figures)


if __name__ == "__main__":
    main()
