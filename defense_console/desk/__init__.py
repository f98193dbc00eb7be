"""The use cases: what a mentor does, one method each. Screens and the command line talk to nothing below this."""
