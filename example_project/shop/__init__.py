"""The demo shop: its e-mail user and its data."""
