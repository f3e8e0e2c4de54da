"""How often one socket may write."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

RATE = 10.0  # mutations a second
BURST = 30.0


@dataclass
class TokenBucket:
    """`RATE` a second on average, `BURST` at once."""

    tokens: float = BURST
    filled_at: float = field(default_factory=time.monotonic)

    def take(self) -> int:
        """Take one token: 0, or the milliseconds until there is one."""
        now = time.monotonic()
        self.tokens = min(BURST, self.tokens + (now - self.filled_at) * RATE)
        self.filled_at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0
        return max(1, round((1 - self.tokens) / RATE * 1000))
