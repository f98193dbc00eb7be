"""A whole store in one file, and one defense as JSON."""
