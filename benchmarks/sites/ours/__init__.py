"""The package in its example project."""
