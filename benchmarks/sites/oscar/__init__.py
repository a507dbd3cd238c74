"""django-oscar with django-oscar-api, in an environment of its own."""
