"""A large desk, people who work on it, and a database to throw away: what `benchmarks/desk.py` measures with."""
