"""Lists of students and defenses: CSV and JSON in, CSV out."""
