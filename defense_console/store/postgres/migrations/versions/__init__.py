"""The steps, oldest first. A step is never changed once a school has it."""
