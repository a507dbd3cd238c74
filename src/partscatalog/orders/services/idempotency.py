"""Answer a repeated request with the stored answer of the first."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from partscatalog.conf import get_settings
from partscatalog.exceptions import IdempotencyMismatch
from partscatalog.orders.models import IdempotencyRecord

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True)
class Key:
    """One user's ``Idempotency-Key`` and the body that it came with, both as SHA-256."""

    user: AbstractBaseUser
    key_hash: str
    body_hash: str

    @classmethod
    def of(cls, user: AbstractBaseUser, text: str, body: Any) -> Key:
        """Return the key; two bodies are the same when they say the same, however they are written."""
        # A file, which no request needs, is as good as its name.
        written = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
        return cls(user, _digest(text), _digest(written))

    @property
    def request_hash(self) -> str:
        """The key as one text that no other user's can be equal to."""
        return _digest(f"{self.user.pk}:{self.key_hash}")


def stored_answer(key: Key) -> dict[str, Any] | None:
    """Return the answer stored for the key, or nothing.

    :raises IdempotencyMismatch: when the key was used with another body.
    """
    record = IdempotencyRecord.objects.filter(user=key.user.pk, key_hash=key.key_hash).first()
    if record is None:
        return None
    if record.body_hash != key.body_hash:
        raise IdempotencyMismatch
    answer: dict[str, Any] = json.loads(record.answer)
    return answer


def store(key: Key, answer: dict[str, Any]) -> None:
    """Store the answer in the order's own transaction.

    A twin waits here on the unique row until the first one's end.

    :raises IntegrityError: when the twin was first; its transaction holds the answer.
    """
    IdempotencyRecord.objects.create(
        user_id=key.user.pk, key_hash=key.key_hash, body_hash=key.body_hash, answer=json.dumps(answer)
    )


def purge() -> int:
    """Delete the answers that are older than ``IDEMPOTENCY_LIFETIME`` and return how many."""
    over = timezone.now() - get_settings().IDEMPOTENCY_LIFETIME
    deleted, _per_model = IdempotencyRecord.objects.filter(created_at__lt=over).delete()
    return deleted


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
