"""A serializer for django-redis: JSON, and bytes as they are, so that a kept body is not escaped.

Name it as ``OPTIONS["SERIALIZER"]`` of the cache. Unlike django-redis's default it reads no pickles, which
would run whatever code a stranger in the cache wrote.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django_redis.serializers.base import BaseSerializer  # type: ignore[import-untyped]

#: No JSON text begins with it.
MARK = b"b"


class JSONOrBytesSerializer(BaseSerializer):  # type: ignore[misc]  # the library has no types
    """Write bytes with a mark before them, everything else as JSON."""

    def dumps(self, value: Any) -> bytes:
        """Return the value as the bytes to keep."""
        if isinstance(value, bytes):
            return MARK + value
        return json.dumps(value, cls=DjangoJSONEncoder).encode()

    def loads(self, value: bytes) -> Any:
        """Return the value that the bytes hold."""
        return value[1:] if value[:1] == MARK else json.loads(value)
