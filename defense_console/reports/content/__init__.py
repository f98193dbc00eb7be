"""The report and the message as values."""
