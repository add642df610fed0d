"""Cockpit, chain map, segment page, firms: what the last scan says."""
