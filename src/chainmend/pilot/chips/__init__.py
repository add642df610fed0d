"""Back ends, one file each: a registered function returns a `BackEnd`, which finds chips and loads models on them."""
