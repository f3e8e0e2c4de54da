"""What goes wrong with a provider. `passes` says whether the same may work a moment later."""

from __future__ import annotations


class ProviderError(Exception):
    """Something kept the model from answering."""

    code = "provider_failed"
    passes = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, where the provider asks for it


class RateLimited(ProviderError):
    """429: too much was asked."""

    code, passes = "provider_rate_limited", True


class Overloaded(ProviderError):
    """529, 503, or an error that says so."""

    code, passes = "provider_overloaded", True


class Unreachable(ProviderError):
    """No connection, or one that broke before there was an answer."""

    code, passes = "provider_unreachable", True


class Silent(ProviderError):
    """Nothing came for too long."""

    code, passes = "provider_silent", True


class Broken(ProviderError):
    """5xx, or an error in the stream that says nothing else."""

    code, passes = "provider_broken", True


class Truncated(ProviderError):
    """The stream ended without saying why."""

    code, passes = "provider_truncated", True


class OutOfTime(ProviderError):
    """The total deadline has passed."""

    code = "deadline"


class Unauthorized(ProviderError):
    """401 or 403: the key is wrong."""

    code = "provider_unauthorized"


class TooLong(ProviderError):
    """More than the model can read."""

    code = "provider_context_too_long"


class Rejected(ProviderError):
    """The provider does not understand the question: a fault of ours, or a wrong model."""

    code = "provider_rejected"


class Nonsense(ProviderError):
    """The answer cannot be read."""

    code = "provider_nonsense"


class Forbidden(ProviderError):
    """An address that is never asked: of the machine's own metadata, or a redirect."""

    code = "provider_address_forbidden"
