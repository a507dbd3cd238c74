"""Find accounts by e-mail on any user model; each hit is compared again in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from partscatalog.accounts.emails import normalise

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def email_of(user: AbstractBaseUser) -> str:
    """Return the user's e-mail address, empty where it has none."""
    return str(getattr(user, user.get_email_field_name(), "") or "")


def by_email(email: str) -> list[AbstractBaseUser]:
    """Return all accounts, active or not, whose e-mail has the same normal form."""
    model: Any = get_user_model()
    wanted = normalise(email)
    found = model._default_manager.filter(**{f"{model.get_email_field_name()}__iexact": wanted}).order_by(
        "pk"
    )
    return [user for user in found if normalise(email_of(user)) == wanted]


def active_by_email(email: str) -> list[AbstractBaseUser]:
    """Return the active accounts with this e-mail."""
    return [user for user in by_email(email) if user.is_active]
