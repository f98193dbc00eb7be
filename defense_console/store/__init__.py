"""The only package that knows how logs are kept: in a folder (SQLite) or in a school's database (PostgreSQL)."""
