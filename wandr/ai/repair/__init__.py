"""Repairs: what a mishap spoils is moved, replaced or put aside, and nothing else is touched."""
