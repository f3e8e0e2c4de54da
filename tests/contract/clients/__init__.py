"""Clients generated from the OpenAPI document, compiled, and used for a story."""
