"""Comparing two versions of an upload, in a process of its own."""
