"""Tables of decisions on placements, samples, and talks."""
