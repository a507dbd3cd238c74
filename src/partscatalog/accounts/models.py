"""An abstract user known by e-mail, for sites to build on, and the refresh tokens that were used up."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partscatalog.accounts.emails import normalise
from partscatalog.accounts.fields import NormalEmailField


class EmailUserManager(BaseUserManager["AbstractEmailUser"]):
    """Makes users and finds them by e-mail, in whatever spelling it is given."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> AbstractEmailUser:
        """Return a new user; without a password it cannot sign in by one.

        :raises ValueError: without an e-mail.
        :raises IntegrityError: when the e-mail is taken.
        """
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> AbstractEmailUser:
        """Return a new user who may do everything."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> AbstractEmailUser:
        """Return the user with this very e-mail.

        It is compared again after the fetch, because a database may take two letters for one.

        :raises DoesNotExist: when there is none.
        """
        user = self.get(email=username)
        if user.email != normalise(username or ""):
            raise self.model.DoesNotExist
        return user


class AbstractEmailUser(AbstractBaseUser, PermissionsMixin):
    """A user whose e-mail is the login name; a site's own user model inherits from it.

    The e-mail is kept in NFKC and lower case in a plain unique column.
    """

    email = NormalEmailField(_("e-mail address"), unique=True)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    is_staff = models.BooleanField(
        _("staff status"), default=False, help_text=_("Whether this user can sign in to the admin.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Switch it off instead of deleting the account.")
    )
    date_joined = models.DateTimeField(_("date joined"), default=timezone.now)

    objects: ClassVar[EmailUserManager] = EmailUserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        abstract = True
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def get_full_name(self) -> str:
        """Return both names with a blank between them."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        """Return the first name."""
        return self.first_name


class RevokedToken(models.Model):
    """A refresh token that was exchanged or signed out: its ``jti`` is in here and is not taken again.

    The unique column decides between two simultaneous uses. A row is of no use once its token has expired.
    """

    jti = models.CharField(max_length=32, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("revoked token")
        verbose_name_plural = _("revoked tokens")

    def __str__(self) -> str:
        return self.jti
