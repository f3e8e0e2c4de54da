"""Work done outside of requests: promised in the outbox, woken through Redis, done by workers."""
