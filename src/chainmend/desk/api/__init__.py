"""The same facts as JSON, for reading."""
