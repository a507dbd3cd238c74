"""django-oscar as its guide sets it up, for its API alone; the list carries price, stock and pictures."""

from __future__ import annotations

import oscar
from oscar.defaults import *  # noqa: F403

from benchmarks.sites.shared import *  # noqa: F403

ROOT_URLCONF = "benchmarks.sites.oscar.urls"
INSTALLED_APPS = [*oscar.INSTALLED_APPS, "sorl.thumbnail", "rest_framework", "oscarapi"]
SITE_ID = 1
AUTHENTICATION_BACKENDS = ["oscar.apps.customer.auth_backends.EmailBackend"]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
REST_FRAMEWORK = {
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 20,
}
#: Serializers of ours in place of its own, as its guide describes.
OSCARAPI_OVERRIDE_MODULES = ["benchmarks.sites.oscar.api"]
#: Its own default is url, id, upc and title.
OSCARAPI_PRODUCT_FIELDS = ("url", "id", "upc", "title", "description", "price", "availability", "images")
