"""Opening what a student sends: files, folders, ZIP archives."""
