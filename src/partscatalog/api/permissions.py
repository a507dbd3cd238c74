"""Who may do what at the API, beside the permissions that a site adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission

from partscatalog.conf import get_settings, swap

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView

ACTIONS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class IsPerson(BasePermission):
    """Somebody who is signed in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.is_authenticated


class ReadOrModelPermission(BasePermission):
    """Anyone may read; a change needs staff with Django's permission on the view's ``permission_model``."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        if not request.user.is_authenticated:
            return False
        options = view.permission_model._meta  # type: ignore[attr-defined]
        action = ACTIONS.get(request.method or "", "change")
        return bool(request.user.is_staff) and request.user.has_perm(
            f"{options.app_label}.{action}_{options.model_name}"
        )


def person(request: HttpRequest | Request) -> AbstractBaseUser:
    """Return the signed-in user of a request that only signed-in people may make.

    :raises NotAuthenticated: when there is none after all.
    """
    if not request.user.is_authenticated:
        raise NotAuthenticated
    return request.user


def added_by_site(app: str) -> list[BasePermission]:
    """Return the permissions that the site asks besides ours for an app's views."""
    return [swap(path)() for path in get_settings().PERMISSIONS.get(app, ())]
