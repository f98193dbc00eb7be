"""The embedded store: TinyDB over rows of one SQLite file."""
