"""Marks of the list that templates draw."""
