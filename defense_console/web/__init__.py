"""The console in a browser, and the pages for students and administrators; `serve` runs it."""
