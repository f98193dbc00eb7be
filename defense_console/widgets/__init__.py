"""What the screens are made of: widgets show values and post messages, and know the model only."""
