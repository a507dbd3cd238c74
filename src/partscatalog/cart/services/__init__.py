"""Everything that changes or prices a cart."""
