"""The accounts' doors: register, sign in and out, oneself, passwords."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from partscatalog.accounts.api import documentation as docs
from partscatalog.accounts.api import serializers
from partscatalog.accounts.emails import normalise
from partscatalog.accounts.services import passwords, registering, signing_in
from partscatalog.api.permissions import person
from partscatalog.api.throttles import client_address
from partscatalog.api.views import PersonalView, PrivateView

if TYPE_CHECKING:
    from rest_framework.request import Request


class AddressCounted:
    """Requests are counted for the client's address, whoever is signed in."""

    def throttle_subject(self, request: Request) -> str:
        return f"address:{client_address(request)}"


class RegisterView(AddressCounted, PrivateView):
    app = "accounts"
    throttle_scope = "register"

    @extend_schema(**docs.REGISTER)
    def post(self, request: Request) -> Response:
        data = valid(serializers.RegisterSerializer, request)
        user = registering.register(**data)
        shown = serializers.UserSerializer(user).data
        answer = {**asdict(signing_in.issue(user)), "user_serializer": shown}
        return Response(answer, status=status.HTTP_201_CREATED)


class LoginView(PrivateView):
    app = "accounts"
    throttle_scope = "login"

    def throttle_subject(self, request: Request) -> str:
        """Count per account and address: neither alone may be locked out by others.

        What is too long for an e-mail opens none, and bringing it into its normal form could take minutes.
        """
        email = request.data.get("email", "") if isinstance(request.data, dict) else ""
        account = normalise(email.strip()[: serializers.MAX_EMAIL]) if isinstance(email, str) else ""
        return f"login:{account}:{client_address(request)}"

    @extend_schema(**docs.LOGIN)
    def post(self, request: Request) -> Response:
        data = valid(serializers.LoginSerializer, request)
        user = signing_in.sign_in(**data, request=request._request)
        return Response({**asdict(signing_in.issue(user)), "user": serializers.UserSerializer(user).data})


class RefreshView(PrivateView):
    app = "accounts"

    @extend_schema(**docs.REFRESH)
    def post(self, request: Request) -> Response:
        data = valid(serializers.RefreshSerializer, request)
        return Response(asdict(signing_in.refresh(data["refresh_token"])))


class LogoutView(PrivateView):
    app = "accounts"

    @extend_schema(**docs.LOGOUT)
    def post(self, request: Request) -> Response:
        data = valid(serializers.RefreshSerializer, request)
        signing_in.sign_out(data["refresh_token"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(PersonalView):
    app = "accounts"

    @extend_schema(**docs.ME)
    def get(self, request: Request) -> Response:
        return Response(serializers.UserSerializer(person(request)).data)

    @extend_schema(**docs.ME_CHANGE)
    def patch(self, request: Request) -> Response:
        user = person(request)
        registering.rename(user=user, **valid(serializers.NamesSerializer, request))
        return Response(serializers.UserSerializer(user).data)


class PasswordChangeView(AddressCounted, PersonalView):
    app = "accounts"
    throttle_scope = "password"

    @extend_schema(**docs.PASSWORD_CHANGE)
    def post(self, request: Request) -> Response:
        passwords.change(user=person(request), **valid(serializers.PasswordChangeSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetView(AddressCounted, PrivateView):
    app = "accounts"
    throttle_scope = "password"

    @extend_schema(**docs.PASSWORD_RESET)
    def post(self, request: Request) -> Response:
        passwords.request_reset(valid(serializers.PasswordResetSerializer, request)["email"])
        return Response({"detail": _("If there is such an account, a mail is on its way.")})


class PasswordResetConfirmView(AddressCounted, PrivateView):
    app = "accounts"
    throttle_scope = "password"

    @extend_schema(**docs.PASSWORD_RESET_CONFIRM)
    def post(self, request: Request) -> Response:
        passwords.confirm_reset(**valid(serializers.PasswordResetConfirmSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def valid(serializer_class: type[Any], request: Request) -> dict[str, Any]:
    """Return what the request says, in the serializer's shape.

    :raises ValidationError: when it has another.
    """
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data
