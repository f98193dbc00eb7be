"""Pure values and rules of a defense: no I/O, no clock reading, no screen."""
