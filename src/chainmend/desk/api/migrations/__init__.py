"""Tables of the mend-list."""
