"""A student, folded from a log of their own."""
