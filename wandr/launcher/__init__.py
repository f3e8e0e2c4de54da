"""`make run`: Postgres, Valkey, the schema, places, demo data and the Procfile's processes.

What runs is what production runs: the same Procfile, the same commands, with only the environment
made up for a laptop. Nothing is ever ended but what a launcher started.
"""
