"""Mapping services over the network. Each stands beside a default that needs none."""
