"""Settings of a host that has changed all it can: no answer of the shop may come out differently.

The endpoint suites run in it as they are (``tests/hosts/test_hostile_host.py``).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.project.settings import *  # noqa: F403
from tests.project.settings import DATABASES as _DATABASES

_PARTS = "tests.project.hostile_parts"
_DATABASE = _DATABASES["default"]

# The suites of both projects may run at once, so that each has a database of its own.
DATABASES = {
    "default": {**_DATABASE, "ATOMIC_REQUESTS": True, "TEST": {"NAME": f"{_DATABASE['NAME']}_hostile"}},
}

LANGUAGE_CODE = "de"
TIME_ZONE = "Asia/Kathmandu"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["tests.project.formats"]
DATE_FORMAT = DATETIME_FORMAT = "l"
FIRST_DAY_OF_WEEK = 3
APPEND_SLASH = False
SESSION_COOKIE_NAME = "visitor"
CSRF_COOKIE_NAME = "forgery"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"

REST_FRAMEWORK: dict[str, Any] = {
    "COERCE_DECIMAL_TO_STRING": False,
    "COERCE_BIGINT_TO_STRING": True,
    "UNICODE_JSON": False,
    "COMPACT_JSON": False,
    "STRICT_JSON": False,
    "DATETIME_FORMAT": "%d.%m.%Y %H Uhr",
    "DATE_FORMAT": "%d.%m.%Y",
    "TIME_FORMAT": "%H Uhr",
    "DURATION_FORMAT": "iso-8601",
    "DATETIME_INPUT_FORMATS": ["%d.%m.%Y %H Uhr"],
    "UPLOADED_FILES_USE_URL": False,
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": f"{_PARTS}.refuse",
    "DEFAULT_AUTHENTICATION_CLASSES": [f"{_PARTS}.Authentication"],
    "DEFAULT_PERMISSION_CLASSES": [f"{_PARTS}.Permission"],
    "DEFAULT_THROTTLE_CLASSES": [f"{_PARTS}.Throttle"],
    "DEFAULT_THROTTLE_RATES": {},
    "NUM_PROXIES": 3,
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": f"{_PARTS}.Negotiation",
    "DEFAULT_METADATA_CLASS": f"{_PARTS}.Metadata",
    "DEFAULT_VERSIONING_CLASS": f"{_PARTS}.Versioning",
    "DEFAULT_VERSION": "7",
    "ALLOWED_VERSIONS": ["7"],
    "VERSION_PARAM": "v",
    "DEFAULT_PAGINATION_CLASS": f"{_PARTS}.Pagination",
    "PAGE_SIZE": 1,
    "DEFAULT_FILTER_BACKENDS": [f"{_PARTS}.Filter"],
    "SEARCH_PARAM": "q",
    "ORDERING_PARAM": "sort",
    "DEFAULT_PARSER_CLASSES": [f"{_PARTS}.Parser"],
    "DEFAULT_RENDERER_CLASSES": [f"{_PARTS}.Renderer"],
    "DEFAULT_SCHEMA_CLASS": f"{_PARTS}.Schema",
    "EXCEPTION_HANDLER": f"{_PARTS}.refuse",
    "NON_FIELD_ERRORS_KEY": "allgemein",
    "LIST_SERIALIZER_ERRORS_AS_DICT": False,
    "URL_FORMAT_OVERRIDE": "as",
    "FORMAT_SUFFIX_KWARG": "suffix",
    "VIEW_NAME_FUNCTION": f"{_PARTS}.refuse",
}

SIMPLE_JWT = {
    "ALGORITHM": "HS512",
    "SIGNING_KEY": "the host's own key of its own tokens, which is long enough for HS512 and of no use here",
    "USER_ID_FIELD": "username",
    "USER_ID_CLAIM": "sub",
    "TOKEN_TYPE_CLAIM": "kind",
    "JTI_CLAIM": "nonce",
    "AUTH_HEADER_TYPES": ("JWT",),
    "AUTH_HEADER_NAME": "HTTP_X_TOKEN",
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=1),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=1),
    "ISSUER": "the host",
    "AUDIENCE": "the host",
    "LEEWAY": 0,
    "CHECK_REVOKE_TOKEN": True,
    "UPDATE_LAST_LOGIN": True,
}
