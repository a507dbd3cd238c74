"""A login costs the same work whether there is such an account or not."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher

from partscatalog.testing import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hashed(monkeypatch):
    """Return the passwords that were hashed, which is all that a login takes time for."""
    passwords: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self, password, salt):
        passwords.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    return passwords


def no_password(user):
    user.set_unusable_password()
    user.save()


def two_of_them(user):
    get_user_model().objects.create_user("second", user.email.upper(), "another plain sentence")


def inactive(user):
    user.is_active = False
    user.save()


@pytest.mark.parametrize("change", [None, lambda user: user.delete(), inactive, no_password, two_of_them])
def test_a_refused_login_hashes_one_password_whoever_is_asked_for(api, hashed, change):
    """T-ENUM-2"""
    user = make_user("buyer@example.com")
    if change:
        change(user)
    hashed.clear()

    answer = api.post("/api/users/login/", {"email": "buyer@example.com", "password": "wrong"}, format="json")

    assert (answer.status_code, len(hashed)) == (401, 1)
    assert answer.json() == {
        "detail": "The email or the password is wrong.",
        "code": "invalid_credentials",
    }


def test_a_password_that_is_too_long_is_never_hashed(api, hashed):
    """T-DOS-1"""
    make_user("buyer@example.com")
    hashed.clear()

    for path in ("login", "register"):
        body = {"email": "new@example.com", "password": "x7" * 500_000}
        answer = api.post(f"/api/users/{path}/", body, format="json")

        assert (path, answer.status_code, list(answer.json())) == (path, 400, ["password", "code"])
    assert not hashed
