"""From a folder of files to a validated dataset."""
