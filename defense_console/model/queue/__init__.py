"""What is pending, for whom it waits, and what a search finds."""
