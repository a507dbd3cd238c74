"""The ``Idempotency-Key`` by which a client makes a request repeatable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from partscatalog.api.permissions import person
from partscatalog.orders.services.idempotency import Key

if TYPE_CHECKING:
    from rest_framework.request import Request

MAX_KEY_LENGTH = 255


def idempotency_key(request: Request, body: Any) -> Key | None:
    """Return the request's key with the body that it must always come with; None when it has no key.

    :raises ValidationError: when it is too long to be one.
    """
    text = request.headers.get("Idempotency-Key", "").strip()
    if not text:
        return None
    if len(text) > MAX_KEY_LENGTH:
        message = _("An Idempotency-Key has at most {most} characters.").format(most=MAX_KEY_LENGTH)
        raise ValidationError({"Idempotency-Key": [message]})
    return Key.of(person(request), text, body)
