"""Firms and where they are placed, people's review of that, and firms to be attracted."""
