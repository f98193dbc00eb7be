"""What people type on one line: days, times, goals, weekly plans, zones, paths."""
