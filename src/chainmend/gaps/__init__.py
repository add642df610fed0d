"""Findings: what the rules say of each segment."""
