"""Tests of the table of transitions."""
