"""Indicators: pure functions by subject, and the registered ones that a city's data are measured with."""
