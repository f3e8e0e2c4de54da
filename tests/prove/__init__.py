"""Fault proofs of live edits, against real processes: `make prove`."""
