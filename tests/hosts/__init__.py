"""The package in hosts of other kinds than the tests' own project."""
