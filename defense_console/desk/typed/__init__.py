"""Dates and paths as people type them."""
