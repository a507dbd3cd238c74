"""Change a password, or set a new one by a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from partscatalog import jobs
from partscatalog.accounts.services import finding
from partscatalog.conf import get_settings
from partscatalog.exceptions import InvalidField

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

TEMPLATE = "partscatalog/accounts/mail/password_reset"


def validate(field: str, password: str, user: Any) -> None:
    """Ask the site's validators, none of which minds a password of blanks.

    :raises InvalidField: with what there is against the password, under the field's name.
    """
    if not password.strip():
        raise InvalidField(field, _("The password is nothing but white space."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidField(field, *error.messages) from error


def change(*, user: AbstractBaseUser, old_password: str, new_password: str) -> None:
    """Set a new password; every token issued before is dead from now on.

    :raises InvalidField: when the old password is wrong or the new one is refused.
    """
    if not user.check_password(old_password):
        raise InvalidField("old_password", _("The old password is wrong."))
    _set(user, new_password)


def request_reset(email: str) -> None:
    """Send a mail to each active account with this e-mail; whether there is one is not told."""
    for user in finding.active_by_email(email):
        if user.has_usable_password():
            jobs.later("partscatalog.accounts.tasks.send_reset_mail", str(user.pk))


def send_reset_mail(pk: str) -> None:
    """Send what sets a new password: a link where the site has a page for it, else the parts."""
    user = get_user_model()._default_manager.filter(pk=pk, is_active=True).first()
    if user is None:
        return
    uid, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    context = {"uid": uid, "token": token, "url": _page(uid, token), "site_url": get_settings().SITE_URL}
    with translation.override(django_settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string(f"{TEMPLATE}_subject.txt", context).split())
        body = render_to_string(f"{TEMPLATE}.txt", context)
        message = EmailMultiAlternatives(subject, body, to=[finding.email_of(user)])
        message.attach_alternative(render_to_string(f"{TEMPLATE}.html", context), "text/html")
        message.send()


def confirm_reset(*, uid: str, token: str, new_password: str) -> None:
    """Set a new password by what the mail said; it works once.

    :raises InvalidField: when uid and token are not, or no longer, good; or the password is refused.
    """
    user = _user(uid)
    if user is None or not default_token_generator.check_token(user, token):
        raise InvalidField("token", _("The link is invalid or has expired."))
    _set(user, new_password)


def _set(user: AbstractBaseUser, new_password: str) -> None:
    validate("new_password", new_password, user)
    user.set_password(new_password)
    user.save(update_fields=["password"])


def _user(uid: str) -> Any:
    model: Any = get_user_model()
    try:
        pk = force_str(urlsafe_base64_decode(uid))
        return model._default_manager.filter(pk=pk, is_active=True).first()
    except (ValueError, OverflowError, ValidationError):
        return None


def _page(uid: str, token: str) -> str:
    """Return the URL of the site's page for a new password, empty where it has none."""
    settings = get_settings()
    url = urljoin(settings.SITE_URL, settings.PASSWORD_RESET_URL) if settings.PASSWORD_RESET_URL else ""
    if not url.startswith(("http://", "https://")):
        return ""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'uid': uid, 'token': token})}"
