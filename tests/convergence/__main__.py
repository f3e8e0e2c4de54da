"""`python -m tests.convergence [runs]`: many runs, on every core; what happened is printed."""

from __future__ import annotations

import sys
import time

from tests.convergence.alone import RUNS, run_on_every_core


def main() -> int:
    """Run it; the exit code. A failure is printed by hypothesis, with the steps that led to it."""
    began = time.monotonic()
    told = run_on_every_core(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
    for what, number in sorted(told.items()):
        sys.stdout.write(f"{number:8} {what}\n")
    sys.stdout.write(f"{time.monotonic() - began:8.0f} seconds\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
