"""Documents to revise: receiving, comparing, deciding."""
