"""The report as a value, and its renderings."""
