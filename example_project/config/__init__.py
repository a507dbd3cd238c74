"""The demo site's Django project: settings, URLs, Celery and the server entry points."""
