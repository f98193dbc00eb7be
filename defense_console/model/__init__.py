"""Pure values and rules of defenses and students: no I/O, no clock reading, no screen."""
