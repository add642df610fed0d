"""Tables of datasets and scans."""
