"""The only package that knows how defenses are kept: TinyDB documents in SQLite rows."""
