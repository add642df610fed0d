"""Firms on segments, with weights, confidence and evidence."""
