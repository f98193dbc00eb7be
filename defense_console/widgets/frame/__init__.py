"""What frames every screen: status, hints, alarm, text field, themes."""
