"""The checker: what cannot work in a plan, or will hardly be liked. Pure functions."""
