"""Pictures of the atlas, drawn on the server as SVG without style attributes, which the pages' rules forbid."""
