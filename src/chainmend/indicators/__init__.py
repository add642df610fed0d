"""Numbers about a city, its clusters, chains, segments and firms, named and computed as in the literature."""
