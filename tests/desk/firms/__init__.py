"""Tests of firms, the review of placements and targets."""
