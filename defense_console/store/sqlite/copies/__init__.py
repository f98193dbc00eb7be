"""Copies of a store's file."""
