"""Widgets: show values, post messages. They know the model and nothing of desk or store."""
