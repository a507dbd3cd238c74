"""Which bearer tokens name a user: those that we signed, for as long as they are good, and no other."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import time_machine
from rest_framework_simplejwt.tokens import AccessToken

from partscatalog.accounts.models import RevokedToken
from partscatalog.accounts.services import signing_in
from partscatalog.api import tokens
from partscatalog.testing import make_user

pytestmark = pytest.mark.django_db

ME = "/api/users/me/"
REFRESH = "/api/users/token/refresh/"
PUBLIC = ["/api/products/", "/api/carts/products/"]
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
GUESSES = [
    *[
        "",
        " ",
        "0",
        "1",
        "123",
        "1234",
        "12345678",
        "123456789",
        "a",
        "abc",
        "admin",
        "changeme",
        "change-me",
    ],
    *["default", "dev", "development", "django", "django-insecure", "example", "hello", "hs256", "jwt"],
    *["jwt-secret", "jwt_secret", "key", "letmein", "mysecret", "none", "null", "partscatalog", "password"],
    *["private", "qwerty", "root", "s3cr3t", "secret", "secretkey", "secret_key", "secret-key", "shop"],
    *["supersecret", "test", "token", "undefined", "your-256-bit-secret"],
]


def coded(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(head, payload, key=b""):
    """Return a token with any head, signed by HMAC-SHA256."""
    text = f"{coded(head)}.{coded(payload)}"
    return f"{text}.{coded(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def own_key(settings):
    """Return the key that our own tokens are signed with."""
    return hashlib.sha256(f"partscatalog.tokens:{settings.SECRET_KEY}".encode()).hexdigest().encode()


def assert_names_nobody(api, token):
    """Assert that it is 401 where a person is needed, and counts as none elsewhere."""
    refused = api.get(ME, headers=bearer(token))
    assert refused.status_code == 401
    assert refused.json() == {"detail": "The token is invalid or expired.", "code": "invalid_token"}
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert [api.get(path, headers=bearer(token)).status_code for path in PUBLIC] == [200, 200]


def assert_is_no_refresh_token(api, token):
    answer = api.post(REFRESH, {"refresh_token": token}, format="json")
    assert (answer.status_code, answer.json()["code"]) in {(401, "invalid_token"), (400, "invalid")}
    assert not RevokedToken.objects.exists()


@pytest.mark.parametrize("kind", ["access", "refresh"])
@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "none ", ""])
def test_takes_no_token_that_says_it_needs_no_signature(api, algorithm, kind):
    """T-JWT-1"""
    good = tokens.issue(make_user(is_staff=True, is_superuser=True), kind)
    text = f"{coded({'alg': algorithm, 'typ': 'JWT'})}.{good.split('.')[1]}"

    for token in (f"{text}.", f"{text}.{good.split('.')[2]}", text):
        assert_names_nobody(api, token)
        assert_is_no_refresh_token(api, token)


@pytest.mark.parametrize("claim", ["user_id", "exp", "token_type", "jti", "hash"])
@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_takes_no_payload_that_was_edited(api, claim, kind):
    """T-JWT-2"""
    good = tokens.issue(make_user(), kind)
    other = claims(tokens.issue(make_user(), "refresh" if kind == "access" else "access"))
    payload = {**claims(good), claim: other[claim]}
    head, _old, signature = good.split(".")

    token = f"{head}.{coded(payload)}.{signature}"

    assert payload != claims(good)
    assert_names_nobody(api, token)
    assert_is_no_refresh_token(api, token)


def test_no_key_that_can_be_guessed_fits(api, settings):
    """T-JWT-3"""
    payload = claims(tokens.issue(make_user(), "access"))
    head = {"alg": "HS256", "typ": "JWT"}
    guesses = [*GUESSES, settings.SECRET_KEY, f"partscatalog.tokens:{settings.SECRET_KEY}"]

    for guess in guesses:
        derived = hashlib.sha256(f"partscatalog.tokens:{guess}".encode()).hexdigest()
        for key in (guess, derived):
            if key.encode() != own_key(settings):
                assert api.get(ME, headers=bearer(signed(head, payload, key.encode()))).status_code == 401
    assert api.get(ME, headers=bearer(signed(head, payload, own_key(settings)))).status_code == 200


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_takes_no_other_algorithm_even_by_the_right_key(api, settings, algorithm):
    payload = claims(tokens.issue(make_user(), "access"))

    assert_names_nobody(api, jwt.encode(payload, own_key(settings), algorithm))


def test_takes_no_token_of_the_hosts_own(api):
    user = make_user()

    assert_names_nobody(api, str(AccessToken.for_user(user)))


@pytest.mark.parametrize(
    ("kind", "lifetime"), [("access", timedelta(minutes=15)), ("refresh", timedelta(days=14))]
)
def test_a_token_is_short_lived_and_names_nothing_personal(kind, lifetime):
    """T-JWT-5"""
    user = make_user("buyer@example.com", first_name="John", last_name="Doe")

    with time_machine.travel(NOW, tick=False):
        said = claims(tokens.issue(user, kind))

    assert set(said) == {"token_type", "jti", "iat", "exp", "user_id", "hash"}
    assert said["exp"] - said["iat"] == lifetime.total_seconds()
    assert (said["iat"], said["user_id"], said["token_type"]) == (int(NOW.timestamp()), str(user.pk), kind)
    assert "buyer" not in json.dumps(said)
    assert user.password not in json.dumps(said)


def test_no_two_tokens_are_alike():
    user = make_user()

    with time_machine.travel(NOW, tick=False):
        assert len({claims(tokens.issue(user, "access"))["jti"] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "token",
    [
        "x",
        ".",
        "..",
        "...",
        "a.b.c",
        "e30.e30.",
        "x" * 100_000,
        "e30." * 10_000,
        "\xe9.\xe9.\xe9",
        "eyJhbGciOiJIUzI1NiJ9.W10.x",
        "eyJhbGciOiJIUzI1NiJ9.bnVsbA.x",
        "null",
        "undefined",
        "%00",
    ],
    ids=range(14),
)
def test_takes_no_garbage(api, token):
    """T-JWT-6"""
    assert_names_nobody(api, token)
    assert_is_no_refresh_token(api, token)


@pytest.mark.parametrize(
    "head",
    [
        {"alg": "HS256", "kid": "../../../../dev/null"},
        {"alg": "HS256", "kid": "' UNION SELECT '"},
        {"alg": "HS256", "jku": "https://evil.example/keys"},
        {"alg": "HS256", "jwk": {"kty": "oct", "k": ""}},
        {"alg": "HS256", "crit": ["exp"]},
        {"alg": "HS256", "kid": {"a": ["b"] * 50}},
        {"alg": ["HS256"]},
        {"alg": None},
        {},
        [],
    ],
)
def test_a_tokens_head_chooses_no_key(api, head):
    """T-JWT-6"""
    payload = claims(tokens.issue(make_user(), "access"))

    for key in (b"", b"\x00"):
        assert_names_nobody(api, signed(head, payload, key))


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": None},
        {"user_id": []},
        {"user_id": {"a": 1}},
        {"user_id": "x"},
        {"user_id": "1\x00"},
        {"user_id": "9" * 30},
        {"hash": None},
        {"hash": ["x"]},
        {"hash": "é"},
        {"token_type": ["access"]},
        {"token_type": None},
        {"exp": None},
        {"exp": "x"},
        {"exp": []},
        {"iat": "x"},
    ],
)
def test_an_odd_claim_is_no_crash(api, settings, change):
    """T-JWT-6: the right signature, as an older or newer release of ours may have made it."""
    payload = {**claims(tokens.issue(make_user(), "access")), **change}

    assert_names_nobody(api, signed({"alg": "HS256", "typ": "JWT"}, payload, own_key(settings)))


@pytest.mark.parametrize("missing", ["user_id", "hash", "token_type", "exp", "jti"])
def test_a_missing_claim_is_no_crash(api, settings, missing):
    payload = claims(tokens.issue(make_user(), "access"))
    del payload[missing]

    assert_names_nobody(api, signed({"alg": "HS256", "typ": "JWT"}, payload, own_key(settings)))


def test_a_token_counts_in_the_authorization_header_alone(api):
    """T-JWT-7"""
    token = signing_in.issue(make_user()).access_token
    api.cookies["access_token"] = api.cookies["Authorization"] = token

    answers = [
        *(api.get(ME, {name: token}) for name in ("access_token", "token", "jwt", "Authorization")),
        *(api.get(ME, headers={name: token}) for name in ("X-Access-Token", "X-Authorization")),
        *(
            api.get(ME, headers={"Authorization": f"{scheme} {token}"})
            for scheme in ("Basic", "Token", "JWT", "Bearer:", "")
        ),
        api.get(ME, headers={"Authorization": token}),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_schemes_letter_case_does_not_matter(api, scheme):
    token = signing_in.issue(make_user()).access_token

    assert api.get(ME, headers={"Authorization": f"{scheme} {token}"}).status_code == 200


@pytest.mark.parametrize("path", [ME, "/api/orders/orders/"])
def test_a_session_that_is_signed_in_is_no_login_here(api, path):
    """T-JWT-8"""
    api.force_login(make_user(is_staff=True, is_superuser=True))

    answer = api.get(path)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("seconds", "status"), [(-31, 401), (-30, 200), (0, 200), (15 * 60 + 29, 200), (15 * 60 + 30, 401)]
)
def test_clocks_may_differ_by_half_a_minute(api, seconds, status):
    """T-JWT-13"""
    user = make_user()
    with time_machine.travel(NOW, tick=False):
        token = tokens.issue(user, "access")

    with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
        assert api.get(ME, headers=bearer(token)).status_code == status


def test_an_old_key_holds_for_as_long_as_the_site_lists_it(api, settings):
    """T-JWT-14"""
    user = make_user()
    pair = signing_in.issue(user)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        "a new secret key that is as long as it has to be",
        [old],
    )

    exchanged = api.post(REFRESH, {"refresh_token": pair.refresh_token}, format="json")
    with_the_old_one = api.get(ME, headers=bearer(pair.access_token)).status_code
    settings.SECRET_KEY_FALLBACKS = []

    assert (with_the_old_one, exchanged.status_code) == (200, 200)
    assert_names_nobody(api, pair.access_token)
    assert api.get(ME, headers=bearer(exchanged.json()["access_token"])).status_code == 200


def test_a_new_password_ends_tokens_of_an_old_key_too(api, settings):
    """T-JWT-11, T-JWT-14"""
    user = make_user()
    token = tokens.issue(user, "access")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new secret key that is as long as it has to be"

    user.set_password("another plain sentence")
    user.save()

    assert_names_nobody(api, token)


def test_a_host_may_set_the_lifetimes(settings):
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
        "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
    }
    pair = signing_in.issue(make_user())

    lifetimes = [
        claims(token)["exp"] - claims(token)["iat"] for token in (pair.access_token, pair.refresh_token)
    ]

    assert lifetimes == [300, 86_400]


def test_a_token_costs_one_statement(api, statements):
    token = signing_in.issue(make_user()).access_token

    with statements() as ran:
        api.get(ME, headers=bearer(token))

    assert len(ran) == 1
