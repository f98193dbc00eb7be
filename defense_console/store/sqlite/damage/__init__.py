"""Finding damage, repairing it, and taking a student out of the file."""
