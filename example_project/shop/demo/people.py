"""The demo's two people: one of the staff, one who buys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction

#: The password of a demo on one's own machine.
OPEN_PASSWORD = "partscatalog-demo"  # noqa: S105  # no secret: the README prints it


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    first_name: str
    last_name: str
    is_staff: bool


STAFF = Person("staff@example.com", "Amaka", "Obi", is_staff=True)
BUYER = Person("buyer@example.com", "Tunde", "Bello", is_staff=False)


@dataclass(frozen=True, slots=True)
class Login:
    """What became of a person's account; `password` is what was set in this run, if anything was."""

    email: str
    password: str | None


@transaction.atomic
def admit(*, given: str, default: str) -> list[Login]:
    """Give staff and buyer their accounts, the staff with every permission on the package's models.

    New accounts get the given password, or without one the default, or without that a random one. An
    account that is there already belongs to whoever made it: it is taken over only where a password is
    given, for then nobody else can sign in to it afterwards.
    """
    password = given or default or secrets.token_urlsafe(12)
    return [_admit(person, password=password, takes_over=bool(given)) for person in (STAFF, BUYER)]


def sign_in_with(password: str) -> bool:
    """Tell whether it is the password of both accounts."""
    emails = [STAFF.email, BUYER.email]
    users = list(get_user_model()._default_manager.filter(email__in=emails))
    return len(users) == len(emails) and all(user.check_password(password) for user in users)


def _admit(person: Person, *, password: str, takes_over: bool) -> Login:
    user_model = get_user_model()
    found = user_model._default_manager.filter(email=person.email)
    # Compared again: a database may take two letters for one.
    user = next((user for user in found if user.email == person.email), None)
    is_ours = user is None or takes_over
    renewed = is_ours and not (user and user.check_password(password))
    if user is None:
        names = {user_model.USERNAME_FIELD: person.email, "email": person.email}
        user = user_model(**names, first_name=person.first_name, last_name=person.last_name)
    if renewed:
        user.set_password(password)
    if is_ours:
        user.is_staff = person.is_staff
        user.save()
    if person.is_staff and user.is_staff:
        permissions: Any = apps.get_model("auth", "Permission")
        ours = permissions.objects.filter(content_type__app_label__startswith="partscatalog_")
        user.user_permissions.add(*ours)
    return Login(person.email, password if renewed else None)
