"""Pictures of the pages, drawn as SVG."""
