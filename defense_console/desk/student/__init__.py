"""What a mentor does with a student: weekly sessions, goals, notes, the path."""
