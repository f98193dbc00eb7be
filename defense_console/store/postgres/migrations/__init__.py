"""What the tables are, step by step; see `upgrading.py`."""
