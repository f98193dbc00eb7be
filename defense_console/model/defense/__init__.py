"""A defense: its events, its law, its fold, and what is derived from them."""
