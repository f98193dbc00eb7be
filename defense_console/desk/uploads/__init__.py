"""What students send, at the desk: take in, compare, view."""
