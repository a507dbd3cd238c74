"""Make new accounts on any user model."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from partscatalog.accounts.emails import normalise
from partscatalog.accounts.services import finding, passwords
from partscatalog.exceptions import InvalidField
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

TAKEN = _("This email cannot be used.")


def register(*, email: str, password: str, first_name: str = "", last_name: str = "") -> AbstractBaseUser:
    """Return a new active user without any right.

    :raises InvalidField: when the e-mail is taken, also by a request of the same moment, or when the
        site's validators refuse the password.
    """
    email = normalise(email)
    if finding.by_email(email):
        raise InvalidField("email", TAKEN)
    fields = _fields(email, first_name, last_name)
    passwords.validate("password", password, get_user_model()(**fields))
    try:
        return _create(password, fields)
    except IntegrityError as error:
        raise InvalidField("email", TAKEN) from error


@writing
def _create(password: str, fields: dict[str, str]) -> AbstractBaseUser:
    manager: Any = get_user_model()._default_manager
    user: AbstractBaseUser = manager.create_user(password=password, **fields)
    return user


def rename(*, user: AbstractBaseUser, **names: str) -> None:
    """Change a user's names; those that the model does not keep are passed over."""
    kept = [name for name in names if has_field(type(user), name)]
    for name in kept:
        setattr(user, name, names[name])
    if kept:
        user.save(update_fields=kept)


def _fields(email: str, first_name: str, last_name: str) -> dict[str, str]:
    """Return the columns of a new user; names only where the model keeps them."""
    model: Any = get_user_model()
    fields = {model.get_email_field_name(): email}
    if model.USERNAME_FIELD not in fields:
        fields[model.USERNAME_FIELD] = _username(model, email)
    for name, value in (("first_name", first_name), ("last_name", last_name)):
        if has_field(model, name):
            fields[name] = value
    return fields


def has_field(model: Any, name: str) -> bool:
    """Tell whether a user model keeps such a column."""
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _username(model: Any, email: str) -> str:
    """Return the e-mail as the user name, so that its unique column refuses a twin.

    Where it does not fit its digest is the name, as much of it as the column takes.
    """
    longest = model._meta.get_field(model.USERNAME_FIELD).max_length or len(email)
    return email if len(email) <= longest else hashlib.sha256(email.encode()).hexdigest()[:longest]
