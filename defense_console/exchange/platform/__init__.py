"""The school's platform: its list of sessions and its words."""
