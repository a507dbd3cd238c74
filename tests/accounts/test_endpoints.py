"""The accounts' endpoints: each answer of product.md, each refusal."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command

from partscatalog.accounts import tasks
from partscatalog.accounts.models import RevokedToken
from partscatalog.accounts.services import signing_in
from partscatalog.api import tokens
from partscatalog.testing import make_user
from partscatalog.testing.factories import PASSWORD

pytestmark = pytest.mark.django_db

USERS = "/api/users/"
NEW = {
    "email": "user@example.com",
    "password": "a plain long sentence",
    "first_name": "John",
    "last_name": "Doe",
}

PURGES = {
    "the service": signing_in.purge,
    "the task": tasks.purge_tokens,
    "the command": lambda: call_command("purge_tokens"),
}


def post(api, path, body, **extra):
    return api.post(f"{USERS}{path}/", body, format="json", **extra)


def login(api, email="buyer@example.com", password=PASSWORD):
    return post(api, "login", {"email": email, "password": password})


def test_registers_as_product_md_shows(api):
    answer = post(api, "register", NEW)

    user = get_user_model().objects.get()
    assert answer.status_code == 201
    assert list(answer.json()) == ["access_token", "refresh_token", "user_serializer"]
    assert answer.json()["user_serializer"] == {
        "id": user.pk,
        "email": "user@example.com",
        "first_name": "John",
        "last_name": "Doe",
    }
    assert tokens.read(answer.json()["access_token"], "access")[0] == user


def test_logs_in_as_product_md_shows(api):
    user = make_user("buyer@example.com", first_name="John", last_name="Doe")

    answer = login(api)

    assert answer.status_code == 200
    assert list(answer.json()) == ["access_token", "refresh_token", "user"]
    assert answer.json()["user"] == {
        "id": user.pk,
        "email": "buyer@example.com",
        "first_name": "John",
        "last_name": "Doe",
    }


def test_gives_no_right_that_was_asked_for(api):
    """T-MASS-1, T-MASS-2"""
    victim = make_user("victim@example.com")

    post(
        api, "register", {**NEW, "id": victim.pk, "is_staff": True, "is_superuser": True, "is_active": False}
    )

    user = get_user_model().objects.get(email="user@example.com")
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert user.pk != victim.pk
    assert login(api, "victim@example.com").status_code == 200


@pytest.mark.parametrize("twin", ["USER@example.com", "User@Example.COM", " user@example.com "])
def test_refuses_a_twin_in_another_case(api, twin):
    """T-NORM-1"""
    post(api, "register", NEW)

    answer = post(api, "register", {**NEW, "email": twin})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["email"] == ["This email cannot be used."]
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize(
    "email",
    ["mar\u0131a@example.com", "u\u017fer@example.com", "\u212aim@example.com", "\uff55ser@example.com"],
)
def test_refuses_unicode_twins(api, email):
    """T-NORM-2"""
    answer = post(api, "register", {**NEW, "email": email})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert get_user_model().objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", None),
        ("email", ""),
        ("email", "nobody"),
        ("email", ["a@example.com"]),
        ("email", "a\r\nb@example.com"),
        ("email", f"{'x' * 250}@example.com"),
        ("password", None),
        ("password", ""),
        ("password", "12345678"),
        ("password", " " * 8),
        ("password", "\t \u3000\u00a0" * 4),
        ("password", "password"),
        ("password", "user@example"),
        ("password", 12345678),
        ("password", "x" * 500_000),
        ("first_name", {"a": 1}),
        ("last_name", "x" * 151),
    ],
)
def test_refuses_bad_input_under_its_field(api, field, value):
    """T-PW-1, T-DOS-1, T-FUZZ-1"""
    answer = post(api, "register", {**NEW, field: value})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert field in answer.json()
    assert get_user_model().objects.count() == 0


@pytest.mark.parametrize(
    "password", ["x7" * 60, "  spaces around it  ", "длинная фраза для входа", "y9" * 40 + "z"]
)
def test_keeps_every_character_of_a_password(api, password):
    """T-PW-2"""
    assert post(api, "register", {**NEW, "password": password}).status_code == 201

    assert login(api, NEW["email"], password).status_code == 200
    assert login(api, NEW["email"], password[:-1]).status_code == 401


def test_answers_alike_whatever_is_wrong(api):
    """T-ENUM-1"""
    make_user("buyer@example.com")
    make_user("gone@example.com", is_active=False)

    answers = [login(api, password="wrong"), login(api, "nobody@example.com"), login(api, "gone@example.com")]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.content for answer in answers} == {
        b'{"detail":"The email or the password is wrong.","code":"invalid_credentials"}'
    }


def test_opens_none_of_several_accounts_with_one_email(api):
    user = make_user("buyer@example.com")
    get_user_model().objects.create_user("second", "Buyer@example.com", PASSWORD)

    assert login(api).status_code == 401

    user.is_active = False
    user.save()
    assert login(api).status_code == 200


def test_logs_in_whatever_the_case(api):
    """T-NORM-1"""
    make_user("buyer@example.com")

    assert login(api, " BUYER@Example.com").status_code == 200


def test_exchanges_a_refresh_token_once(api):
    """T-JWT-9"""
    make_user("buyer@example.com")
    first = login(api).json()["refresh_token"]

    second = post(api, "token/refresh", {"refresh_token": first})
    again = post(api, "token/refresh", {"refresh_token": first})
    third = post(api, "token/refresh", {"refresh_token": second.json()["refresh_token"]})

    assert (second.status_code, list(second.json())) == (200, ["access_token", "refresh_token"])
    assert (again.status_code, again.json()["code"]) == (401, "invalid_token")
    assert third.status_code == 200


def test_takes_no_access_token_for_a_refresh_token(api):
    """T-JWT-4, T-JWT-9"""
    user = make_user()
    access, refresh = tokens.issue(user, "access"), tokens.issue(user, "refresh")

    assert post(api, "token/refresh", {"refresh_token": access}).status_code == 401
    assert api.get(f"{USERS}me/", headers={"Authorization": f"Bearer {refresh}"}).status_code == 401


def test_logs_out(api):
    """T-JWT-10"""
    pair = signing_in.issue(make_user())

    answers = [
        post(api, path, {"refresh_token": pair.refresh_token})
        for path in ("logout", "logout", "token/refresh")
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 401]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", None, 5, "é" * 10, "x" * 3000])
@pytest.mark.parametrize("path", ["token/refresh", "logout"])
def test_refuses_what_is_no_token(api, path, token):
    """T-JWT-6"""
    answer = post(api, path, {"refresh_token": token})

    assert answer.status_code in {400, 401}
    assert "code" in answer.json()


def test_shows_and_renames_oneself(signed_in):
    user = make_user("buyer@example.com")
    api = signed_in(user)

    changed = api.patch(
        f"{USERS}me/", {"first_name": "Jane", "email": "x@example.com", "is_staff": True}, format="json"
    )

    user.refresh_from_db()
    assert changed.json() == {
        "id": user.pk,
        "email": "buyer@example.com",
        "first_name": "Jane",
        "last_name": "",
    }
    assert api.get(f"{USERS}me/").json() == changed.json()
    assert (user.first_name, user.is_staff) == ("Jane", False)


def test_a_new_password_ends_all_tokens(api, signed_in):
    """T-JWT-11"""
    user = make_user("buyer@example.com")
    pair = signing_in.issue(user)
    old = signed_in(user)

    answer = post(
        old, "password/change", {"old_password": PASSWORD, "new_password": "another plain sentence"}
    )

    assert answer.status_code == 204
    assert old.get(f"{USERS}me/").status_code == 401
    assert post(api, "token/refresh", {"refresh_token": pair.refresh_token}).status_code == 401
    assert login(api, password="another plain sentence").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "another plain sentence", "old_password"),
        (PASSWORD, "12345678", "new_password"),
        (PASSWORD, " " * 8, "new_password"),
    ],
)
def test_refuses_a_password_change_under_its_field(signed_in, old, new, field):
    user = make_user()

    answer = post(signed_in(user), "password/change", {"old_password": old, "new_password": new})

    user.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert field in answer.json()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("end", ["deactivate", "delete"])
def test_tokens_end_with_their_user(api, signed_in, end):
    """T-JWT-12"""
    user = make_user()
    pair = signing_in.issue(user)
    old = signed_in(user)
    if end == "delete":
        user.delete()
    else:
        get_user_model().objects.update(is_active=False)

    assert old.get(f"{USERS}me/").status_code == 401
    assert post(api, "token/refresh", {"refresh_token": pair.refresh_token}).status_code == 401


def test_resets_a_password_by_mail(api, django_capture_on_commit_callbacks):
    make_user("buyer@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        asked = post(api, "password/reset", {"email": "Buyer@example.com"})
    lines = dict(
        line.split(": ") for line in mail.outbox[0].body.splitlines() if line.startswith(("uid:", "token:"))
    )

    body = {**lines, "new_password": "another plain sentence"}
    blank = post(api, "password/reset/confirm", {**body, "new_password": " " * 8})
    answers = [post(api, "password/reset/confirm", body) for _ in range(2)]

    assert asked.status_code == 200
    assert (blank.status_code, blank.json()["code"], "new_password" in blank.json()) == (400, "invalid", True)
    assert [answer.status_code for answer in answers] == [204, 400]
    assert login(api, password="another plain sentence").status_code == 200


def test_links_to_the_sites_own_page(api, settings, django_capture_on_commit_callbacks):
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "SITE_URL": "https://shop.example.com",
        "PASSWORD_RESET_URL": "/new-password/",
    }
    make_user("buyer@example.com")

    with django_capture_on_commit_callbacks(execute=True):
        post(api, "password/reset", {"email": "buyer@example.com"}, headers={"Host": "testserver"})

    assert "https://shop.example.com/new-password/?uid=" in mail.outbox[0].body


def test_tells_nobody_whether_an_account_exists(api, django_capture_on_commit_callbacks):
    """T-ENUM-1"""
    make_user("buyer@example.com")

    with django_capture_on_commit_callbacks(execute=True):
        answers = [
            post(api, "password/reset", {"email": f"{name}@example.com"}) for name in ("buyer", "nobody")
        ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("uid", "token"), [("x", "y"), ("MQ", "y"), ("////", "y"), ("OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "y")]
)
def test_refuses_a_reset_that_is_none(api, uid, token):
    answer = post(
        api, "password/reset/confirm", {"uid": uid, "token": token, "new_password": "another plain one"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "token" in answer.json()


@pytest.mark.parametrize("header", ["Bearer x", "Bearer", "Basic dXNlcjpwYXNz", "Bearer a.b.c", "\xff"])
def test_a_bad_header_counts_as_none_where_no_person_is_needed(api, header):
    """T-JWT-6"""
    make_user("buyer@example.com")

    answer = post(
        api, "login", {"email": "buyer@example.com", "password": PASSWORD}, headers={"Authorization": header}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer x", "Bearer", "Basic dXNlcjpwYXNz", "Token x"])
def test_a_bad_header_is_refused_where_a_person_is_needed(api, header):
    """T-AUTHN-1, T-JWT-7"""
    answer = api.get(f"{USERS}me/", headers={"Authorization": header})

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("purge", PURGES.values(), ids=PURGES)
def test_purges_tokens_that_have_expired(later, purge):
    signing_in.sign_out(tokens.issue(make_user(), "refresh"))

    purge()
    assert RevokedToken.objects.count() == 1
    with later(days=15):
        purge()
    assert RevokedToken.objects.count() == 0


def test_an_email_that_takes_minutes_to_normalise_costs_nothing(api):
    """T-DOS-2: ordering a row of combining marks takes a time that grows with the square of its length."""
    started = time.process_time()

    answer = login(api, "a" + "\u0301\u0327" * 100_000)

    assert (answer.status_code, list(answer.json())) == (400, ["email", "code"])
    assert time.process_time() - started < 1
