"""What all tests share: an empty cache, no throttles unless a test asks for them, and clients."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

UNLIMITED = dict.fromkeys(("login", "register", "password", "cart", "checkout", "payment"))


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture(autouse=True)
def _no_throttles(settings):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "THROTTLES": UNLIMITED}


@pytest.fixture
def api() -> APIClient:
    """A client with a cookie jar of its own, as one browser has."""
    return APIClient()
