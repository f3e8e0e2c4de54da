"""Trips, their members and the invites that lead into them."""
