"""What several screens use: dialogs, writing, help, keys in order."""
