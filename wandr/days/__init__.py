"""A trip day by day, with the ways between, the sun, holidays and open doors."""
