"""The shape of accounts in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError as InvalidEmail
from rest_framework import serializers

from partscatalog.accounts.emails import validate_plain
from partscatalog.accounts.services.finding import email_of
from partscatalog.api.fields import TextField, format_key

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

MAX_EMAIL = 254
MAX_NAME = 150
#: Longer passwords are refused before any of the costly work on them.
MAX_PASSWORD = 4_096
MAX_TOKEN = 2_000


class PasswordField(TextField):
    """A password, byte for byte as it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_PASSWORD, trim_whitespace=False, write_only=True, **kwargs)


class RegisterSerializer(serializers.Serializer[Any]):
    email = TextField(max_length=MAX_EMAIL)
    password = PasswordField()
    first_name = TextField(max_length=MAX_NAME, required=False, allow_blank=True, default="")
    last_name = TextField(max_length=MAX_NAME, required=False, allow_blank=True, default="")

    def validate_email(self, value: str) -> str:
        try:
            validate_plain(value)
        except InvalidEmail as error:
            raise serializers.ValidationError(error.messages) from error
        return value


class LoginSerializer(serializers.Serializer[Any]):
    email = TextField(max_length=MAX_EMAIL)
    password = PasswordField()


class RefreshSerializer(serializers.Serializer[Any]):
    refresh_token = TextField(max_length=MAX_TOKEN)


class NamesSerializer(serializers.Serializer[Any]):
    first_name = TextField(max_length=MAX_NAME, required=False, allow_blank=True)
    last_name = TextField(max_length=MAX_NAME, required=False, allow_blank=True)


class PasswordChangeSerializer(serializers.Serializer[Any]):
    old_password = PasswordField()
    new_password = PasswordField()


class PasswordResetSerializer(serializers.Serializer[Any]):
    email = TextField(max_length=MAX_EMAIL)


class PasswordResetConfirmSerializer(serializers.Serializer[Any]):
    uid = TextField(max_length=200)
    token = TextField(max_length=200)
    new_password = PasswordField()


class UserSerializer(serializers.BaseSerializer["AbstractBaseUser"]):
    """A user as the API shows it to itself; names are empty where the model keeps none."""

    def to_representation(self, instance: AbstractBaseUser) -> dict[str, Any]:
        return {
            "id": format_key(instance.pk),
            "email": email_of(instance),
            "first_name": getattr(instance, "first_name", ""),
            "last_name": getattr(instance, "last_name", ""),
        }
