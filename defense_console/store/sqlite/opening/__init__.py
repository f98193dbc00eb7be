"""Opening a store's file, and what is refused before it is touched."""
