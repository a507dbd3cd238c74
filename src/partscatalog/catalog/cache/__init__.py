"""Public answers kept as bytes, and the changes that end them: fresh at the next read after any commit."""
