"""Signed webhooks: what changes in a trip, sent to another server."""
