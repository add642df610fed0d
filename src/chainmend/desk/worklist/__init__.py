"""The mend-list: entries, their events, comments and attachments."""
