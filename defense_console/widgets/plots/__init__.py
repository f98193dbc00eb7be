"""Strips and curves: what is seen at a glance, drawn in text."""
