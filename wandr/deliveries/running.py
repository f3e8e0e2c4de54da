"""A worker at a lane: it sends what waits there, until nothing does or a try fails."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog

from wandr.deliveries import lanes
from wandr.deliveries.lanes import Claim, Outcome
from wandr.transaction import atomic

log = structlog.get_logger()
LONGEST_RUN: Final = 90.0  # seconds; then another job goes on
LATE: Final = Outcome(False, final=True, told="Every try has died with its worker.")
# How things of a channel are sent, and whether their bodies are forgotten when they have ended.
Sender = Callable[[Claim], Outcome]
senders: dict[str, tuple[Sender, bool]] = {}


def run_lane(lane: str) -> int:
    """Deliver what waits in a lane, in order; how much arrived. A door: each try is two
    transactions, around what takes its time outside."""
    arrived, began = 0, monotonic()
    while True:
        with atomic():
            claim = lanes.claim_next(lane)
        if claim is None:
            return arrived
        send, forgets = senders[claim.channel]
        outcome = LATE if claim.is_late else send(claim)
        log.info(
            "delivery",
            id=str(claim.id),
            channel=claim.channel,
            attempt=claim.attempt,
            arrived=outcome.arrived,
        )  # what was answered stands in its row: it may name people, or addresses
        with atomic():
            goes_on = lanes.settle(claim, outcome, forgets=forgets)
            if goes_on and monotonic() - began > LONGEST_RUN:
                lanes.wake_lane(lane)
                goes_on = False
        arrived += outcome.arrived
        if not goes_on:
            return arrived
