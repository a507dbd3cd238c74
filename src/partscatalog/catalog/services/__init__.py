"""Every change of the catalog that is more than one row."""
