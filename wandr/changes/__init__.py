"""The write path: every change of a trip is checked, applied, numbered and recorded here."""
