"""Made-up cities in which every kind of gap is planted, with what their maker knows about each of them."""
