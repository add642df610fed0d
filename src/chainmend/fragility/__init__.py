"""What is lost when a firm, a segment or a country stops.

`SupplyNetwork` holds the links; its methods `esri` and `cascade` follow a shock through them. The other modules look at
the shape of a network, estimate one where trades are missing, and follow a shock through time.
"""
