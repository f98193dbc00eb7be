"""What the command line is made of: its options, its words, its tables, its files, and opening the console."""
