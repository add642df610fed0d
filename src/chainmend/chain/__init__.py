"""Clusters, chains, segments and what goes into what."""
