"""Tests of the mend-list of the desk."""
