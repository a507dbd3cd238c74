"""The demo shop's user: known by e-mail."""

from __future__ import annotations

from partscatalog.accounts.models import AbstractEmailUser


class User(AbstractEmailUser):
    """A buyer or a member of staff."""
