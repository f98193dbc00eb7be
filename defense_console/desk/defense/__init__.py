"""The use cases of one defense."""
