"""`python -m tests.prove [names]`: the proofs of these names, or all; fails when a claim does."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable

from tests.prove import (
    assistant,
    convergence,
    crowd,
    deliveries,
    faults,
    models,
    network,
    revocation,
)
from tests.prove.report import Report

CORES = os.cpu_count() or 1
PROOFS: dict[str, Callable[[], Report]] = {
    "convergence": convergence.prove,
    "revocation": revocation.prove,
    "network": network.prove,
    "workers": faults.prove_workers,
    "postgres": faults.prove_postgres,
    "redis": faults.prove_redis,
    "crowd": crowd.prove,
    "assistant": assistant.prove,
    "models": models.prove,
    "deliveries": deliveries.prove,
}


def main(names: list[str]) -> int:
    """The exit code. LookupError for a name that is none."""
    failed = []
    for name in names or PROOFS:
        began = time.monotonic()
        try:
            report = PROOFS[name]()
        except Exception as error:  # noqa: BLE001 - the other proofs are still to come
            report = Report(name)
            report.claim("it ran to its end", repr(error)[:200], goal="True", met=False)
            traceback.print_exc()
        report.figure("seconds", f"{time.monotonic() - began:.0f}")
        report.figure("load of the machine, a core", f"{os.getloadavg()[0] / CORES:.1f}")
        report.write()
        if report.failed:
            failed.append(name)
    sys.stdout.write(f"FAILED  {', '.join(failed)}\n" if failed else "OK  everything is proved\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
