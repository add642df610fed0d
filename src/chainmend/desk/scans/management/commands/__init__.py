"""Commands of the scans."""
