"""During the defense: clock, rubric, notes, audience view."""
