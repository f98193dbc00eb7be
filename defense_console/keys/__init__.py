"""The one table of commands, the mentor's keymap, and keys in sentences."""
