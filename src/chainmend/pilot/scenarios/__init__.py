"""Scenarios, one file each: a registered function returns a `Scenario`."""
