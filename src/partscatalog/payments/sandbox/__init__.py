"""A payment provider of our own for demos and tests: it moves no money, and is spoken to like a real one."""
