"""Curricula, rules and the comment bank from their files."""
