"""Reading by program: tokens, and the JSON that they open."""
