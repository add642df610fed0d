"""People, organisations, log-ins and their audit."""
