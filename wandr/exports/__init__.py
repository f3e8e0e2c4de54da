"""A trip in the formats of others: calendars, maps, files."""
