"""Finding damage and repairing it."""
