"""The demo shop's own data: an invented catalog, and what puts it into a database."""
