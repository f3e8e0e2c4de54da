"""`python -m tests.convergence [runs]`: many runs, on every core; what happened is printed."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import Counter

from tests.convergence.alone import run_on_own_servers

RUNS = 2000


def main() -> int:
    """Run it; the exit code. A failure is printed by hypothesis, with the steps that led to it."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    cores = os.cpu_count() or 1
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        told = sum(pool.map(run_on_own_servers, [-(-runs // cores)] * cores), Counter())
    for what, number in sorted(told.items()):
        sys.stdout.write(f"{number:8} {what}\n")
    sys.stdout.write(f"{time.monotonic() - began:8.0f} seconds\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
