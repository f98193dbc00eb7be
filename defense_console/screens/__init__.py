"""Screens: compose widgets, run flows, call the desk. No business rule lives here."""
