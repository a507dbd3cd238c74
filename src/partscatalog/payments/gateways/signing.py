"""Signatures of webhooks: a keyed digest of the raw body."""

from __future__ import annotations

import hashlib
import hmac


def sign(body: bytes, *, key: str) -> str:
    """Return the hex HMAC-SHA512 of the body."""
    return hmac.new(key.encode(), body, hashlib.sha512).hexdigest()


def is_signed(body: bytes, signature: str, *, key: str) -> bool:
    """Tell whether the signature is the body's, in time that does not depend on where they differ."""
    # As bytes: comparing texts that are not ASCII raises.
    return hmac.compare_digest(signature.encode("utf-8", "replace"), sign(body, key=key).encode())
