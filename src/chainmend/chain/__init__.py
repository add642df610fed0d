"""Clusters, chains, segments and what goes into what."""

DEFAULT_CATALOGUE = "hangzhou-296x"
"""Catalogue of a command that is not told one."""
CATALOGUE_VARIABLE = "CHAINMEND_CATALOGUE"
"""Variable of the environment that names another default."""
