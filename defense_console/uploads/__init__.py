"""What students upload: names, archives, versions, the text in them and what changed. Knows no store and no screen."""
