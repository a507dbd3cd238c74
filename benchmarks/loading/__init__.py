"""Fill a site's database with so many products; a million takes minutes."""
