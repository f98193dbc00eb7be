"""What could not be written yet: spool, replay, what was refused."""
