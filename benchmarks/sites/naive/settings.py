"""Settings of the naive shop."""

from __future__ import annotations

from benchmarks.sites.shared import *  # noqa: F403
from benchmarks.sites.shared import INSTALLED_APPS

ROOT_URLCONF = "benchmarks.sites.naive.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework", "benchmarks.sites.naive"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
}
