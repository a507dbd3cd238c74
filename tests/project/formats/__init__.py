"""Language formats of the hostile project."""
