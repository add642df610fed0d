"""The desk: a web application on which a city works on its mend-list; the only package that imports Django."""
