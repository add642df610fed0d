"""Tests of data and scans."""
