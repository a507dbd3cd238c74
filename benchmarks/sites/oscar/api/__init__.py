"""What this shop replaces in django-oscar-api, by its setting."""
