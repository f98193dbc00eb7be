"""Defense console: validating mentors run, judge and report live defenses from the terminal."""

__version__ = "0.1.0"
