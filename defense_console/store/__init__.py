"""The place of the logs: the only package that knows TinyDB and SQLite."""
