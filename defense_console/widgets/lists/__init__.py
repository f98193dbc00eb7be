"""Lists and panels."""
