"""Before the defense: brief, waiting room, another date."""
