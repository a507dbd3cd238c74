"""What the API reads of a body, and what it refuses to."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import path
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.response import Response

from partscatalog.api.parsers import MAX_BYTES
from partscatalog.api.views import ShopView
from partscatalog.catalog.models import Product
from partscatalog.strict_json import MAX_DEPTH
from partscatalog.testing import make_product

pytestmark = pytest.mark.urls(__name__)

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


class Echo(ShopView):
    """Answer what was read: fields as they are, files by their size."""

    def post(self, request):
        data = request.data
        if isinstance(data, dict):
            data = {key: getattr(value, "size", value) for key, value in data.items()}
        return Response({"read": data})


urlpatterns = [path("echo/", Echo.as_view())]


def post(client, body, content_type=JSON, **extra):
    return client.generic("POST", "/echo/", body, content_type=content_type, **extra)


def part(name, content=b"1", *, head=b""):
    """Return one part of a multipart body."""
    disposition = b'Content-Disposition: form-data; name="' + name + b'"' + head
    return b"--x\r\n" + disposition + b"\r\n\r\n" + content + b"\r\n"


def file_part(name, content=b"1"):
    return part(name, content, head=b'; filename="a.txt"\r\nContent-Type: text/plain')


def multipart(*parts):
    return b"".join(parts) + b"--x--\r\n"


def nested(depth):
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"{}", {}),
        (b' {"a": [1, -2, true, null, "x"]}\n', {"a": [1, -2, True, None, "x"]}),
        (b'{"a": 1.50, "b": 1e3, "c": 1e-400}', {"a": 1.5, "b": 1000.0, "c": 0.0}),
        (b'{"a": ' + b"9" * 4_000 + b"}", {"a": int("9" * 4_000)}),
        ('{"é": "日本 \U0001f527"}'.encode(), {"é": "日本 \U0001f527"}),
        (b'{"a": "\\ud83d\\udd27 \\u00e9"}', {"a": "\U0001f527 é"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (nested(MAX_DEPTH), json.loads(nested(MAX_DEPTH))),
        (b'{"a": "' + b"x" * (MAX_BYTES - 9) + b'"}', {"a": "x" * (MAX_BYTES - 9)}),
        (json.dumps({f"field{n}": n for n in range(3_000)}).encode(), {f"field{n}": n for n in range(3_000)}),
    ],
    ids=range(10),
)
def test_reads_json(client, body, read):
    answer = post(client, body)

    assert answer.status_code == 200
    assert answer.json() == {"read": read}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-8",
        "Application/JSON",
        'application/json;charset="UTF8"',
        "application/json; charset=us-ascii",
        "application/json ; version=1",
    ],
)
def test_json_is_utf_8(client, content_type):
    """T-FUZZ-4"""
    assert post(client, '{"a": "é"}'.encode(), content_type).json() == {"read": {"a": "é"}}
    assert post(client, '{"a": "é"}'.encode("utf-16"), content_type).status_code == 400


NOT_JSON = "The body is not valid JSON."
NOT_ALLOWED = "The body holds a character that is not allowed."
TOO_DEEP = "The body is nested too deeply."
TOO_LARGE_A_NUMBER = "The body holds a number that is too large."


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b" ", NOT_JSON),
        (b"{", NOT_JSON),
        (b"{'a': 1}", NOT_JSON),
        (b'{"a": 1,}', NOT_JSON),
        (b'{"a": 01}', NOT_JSON),
        (b'{"a": NaN}', NOT_JSON),
        (b'{"a": Infinity}', NOT_JSON),
        (b'{"a": -Infinity}', NOT_JSON),
        (b'{"a": "\n"}', NOT_JSON),
        (b'{"a": "\x00"}', NOT_JSON),
        (b'{"a": "\xff"}', NOT_JSON),
        (b'{"a": "\xed\xa0\x80"}', NOT_JSON),
        (b'\xef\xbb\xbf{"a": 1}', NOT_JSON),
        ('{"a": 1}'.encode("utf-16"), NOT_JSON),
        (b'{"a": ' + b"9" * 10_000 + b"}", NOT_JSON),
        (b'{"a": 1e999}', TOO_LARGE_A_NUMBER),
        (b'[{"a": -1e999}]', TOO_LARGE_A_NUMBER),
        (b'{"a": "\\u0000"}', NOT_ALLOWED),
        (b'{"a\\u0000": 1}', NOT_ALLOWED),
        (b'{"a": ["\\ud800"]}', NOT_ALLOWED),
        (b'{"\\udfff": 1}', NOT_ALLOWED),
        (b'"\\udd27\\ud83d"', NOT_ALLOWED),
        (nested(MAX_DEPTH + 1), TOO_DEEP),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), TOO_DEEP),
        (nested(50_000), NOT_JSON),
        (b'{"a":' * 50_000, NOT_JSON),
    ],
    ids=range(26),
)
def test_refuses_what_is_no_plain_json(client, body, text):
    """T-FUZZ-4, T-DOS-2"""
    answer = post(client, body)

    assert answer.status_code == 400
    assert answer.json() == {"detail": text, "code": "parse_error"}


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"a=1&b=&c=%C3%A9+x", {"a": "1", "b": "", "c": "é x"}),
        ("a=é".encode(), {"a": "é"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a", {"a": ""}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"&".join(b"f%d=1" % n for n in range(1_000)), {f"f{n}": "1" for n in range(1_000)}),
    ],
    ids=range(6),
)
def test_reads_a_form(client, body, read):
    for content_type in (FORM, f"{FORM}; charset=UTF-8"):
        assert post(client, body, content_type).json() == {"read": read}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"a=\xff", "The form is not valid UTF-8."),
        (b"a=%FF", "The form is not valid UTF-8."),
        (b"%FF=a", "The form is not valid UTF-8."),
        (b"a=%ED%A0%80", "The form is not valid UTF-8."),
        (b"a=%00", NOT_ALLOWED),
        (b"%00=a", NOT_ALLOWED),
        (b"&".join(b"f%d=1" % n for n in range(3_000)), "Malformed request."),
    ],
    ids=range(7),
)
def test_refuses_what_is_no_plain_form(client, body, text):
    """T-FUZZ-4, T-DOS-2"""
    answer = post(client, body, FORM)

    assert answer.status_code == 400
    assert answer.json() == {"detail": text, "code": "parse_error"}


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (multipart(part(b"a"), part(b"b", b"")), {"a": "1", "b": ""}),
        (multipart(part("é".encode(), "日本".encode())), {"é": "日本"}),
        (multipart(part(b"a"), part(b"a", b"2")), {"a": "2"}),
        (multipart(part(b"a"), file_part(b"f", b"12345")), {"a": "1", "f": 5}),
        (multipart(*(file_part(b"f%d" % n) for n in range(100))), {f"f{n}": 1 for n in range(100)}),
        # A part without a name that can be read is passed over.
        (multipart(part(b"\xff")), {}),
    ],
    ids=range(6),
)
def test_reads_multipart(client, body, read):
    answer = post(client, body, MULTIPART)

    assert answer.status_code == 200
    assert answer.json() == {"read": read}


def test_keeps_no_part_whose_name_is_in_no_known_charset(client):
    """T-FUZZ-4: newer versions of Django pass it over, older ones give the whole body up."""
    answer = post(client, multipart(part(b"a", head=b"; filename*=no-such-charset''%FF")), MULTIPART)

    refusal = {"detail": "The body is not valid multipart data.", "code": "parse_error"}
    assert (answer.status_code, answer.json()) in [(200, {"read": {}}), (400, refusal)]


IN_BASE64 = b'; filename="a"\r\nContent-Transfer-Encoding: base64'
NOT_MULTIPART = "The body is not valid multipart data."


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"x", "multipart/form-data", NOT_MULTIPART),
        (b"x", "multipart/form-data; boundary=", NOT_MULTIPART),
        (b"x", "multipart/form-data; boundary=é", NOT_MULTIPART),
        (b"x", "multipart/form-data; boundary=" + "b" * 300, NOT_MULTIPART),
        (multipart(part(b"a", head=IN_BASE64)), MULTIPART, NOT_MULTIPART),
        (multipart(part(b"a", b"\xff")), MULTIPART, "The form is not valid UTF-8."),
        (multipart(part(b"a", b"\x00")), MULTIPART, NOT_ALLOWED),
        (multipart(part(b"a\x00")), MULTIPART, NOT_ALLOWED),
        (multipart(*(part(b"f%d" % n) for n in range(3_000))), MULTIPART, "Malformed request."),
        (multipart(*(file_part(b"f%d" % n) for n in range(400))), MULTIPART, "Malformed request."),
    ],
    ids=range(10),
)
def test_refuses_what_is_no_plain_multipart(client, body, content_type, text):
    """T-FUZZ-4, T-DOS-2"""
    answer = post(client, body, content_type)

    assert answer.status_code == 400
    assert answer.json() == {"detail": text, "code": "parse_error"}


HUGE = b"x" * (12 * 1024 * 1024)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"a": "' + b"x" * (MAX_BYTES - 8) + b'"}', JSON),
        (b'{"a": "' + HUGE + b'"}', JSON),
        (HUGE, JSON),
        (b"a=" + b"x" * (MAX_BYTES - 1), FORM),
        (b"a=" + HUGE, FORM),
        (multipart(part(b"a", HUGE)), MULTIPART),
        (multipart(file_part(b"a", HUGE)), MULTIPART),
        (multipart(*(file_part(b"a", HUGE[: 2**20]) for _ in range(12))), MULTIPART),
    ],
    ids=range(8),
)
def test_refuses_a_body_that_is_too_large_and_keeps_nothing_of_it(client, monkeypatch, body, content_type):
    """T-DOS-2, T-UP-4"""
    files = []
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_args, **_kwargs: files.append(1))

    answer = post(client, body, content_type)

    assert answer.status_code == 413
    assert answer.json() == {"detail": "The request is too large.", "code": "too_large"}
    assert not files


def test_a_host_may_allow_less(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    for body, content_type in (
        (b'"' + b"x" * 99 + b'"', JSON),
        (b"a=" + b"x" * 99, FORM),
        (multipart(part(b"a", b"x" * 101)), MULTIPART),
    ):
        assert post(client, body, content_type).status_code == 413


def test_a_host_that_bounds_nothing_is_bounded_still(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None

    assert post(client, b"a=1", FORM).json() == {"read": {"a": "1"}}
    assert post(client, HUGE, JSON).status_code == 413


@pytest.mark.parametrize("length", ["", "x", "-1", "0", "9" * 5_000])
@pytest.mark.parametrize("content_type", [JSON, FORM, MULTIPART])
def test_an_announced_length_that_is_none_is_no_crash(client, length, content_type):
    """T-FUZZ-4"""
    answer = post(client, b'{"a": 1}', content_type, headers={"Content-Length": length})

    assert answer.status_code in {200, 400, 415}
    assert answer.status_code == 200 or answer.json()["code"] in {"parse_error", "unsupported_media_type"}


def test_a_body_that_ends_before_its_announced_length_is_refused(client):
    """T-FUZZ-4"""
    answer = post(client, b"x" * 500, **{"wsgi.input": BytesIO(b'{"a": ')})

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


class Gone(BytesIO):
    """The body of a client that hung up."""

    def read(self, *_args):
        raise ConnectionResetError


@pytest.mark.parametrize("content_type", [JSON, FORM, MULTIPART])
def test_a_client_that_hangs_up_is_no_crash(client, caplog, content_type):
    answer = post(client, b"x" * 500, content_type, **{"wsgi.input": Gone()})

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert "partscatalog.api.errors" not in {record.name for record in caplog.records}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    body=st.binary(max_size=200)
    | st.lists(
        st.sampled_from([b"{", b"}", b"[", b'"', b":", b"1e9", b"\\ud800", b"\\u0000", b"a", b"="])
    ).map(b"".join)
    | st.lists(
        st.sampled_from(
            [b"--x", b"\r\n", b"\r\n\r\n", b"--", b"Content-Disposition: form-data; ", b'name="a"']
        )
    ).map(b"".join),
    content_type=st.sampled_from([JSON, FORM, MULTIPART, ""]),
)
def test_no_bytes_at_all_are_a_crash(body, content_type):
    """T-FUZZ-4"""
    answer = post(Client(), body, content_type)

    assert answer.status_code in {200, 400, 415}
    assert answer.status_code == 200 or isinstance(answer.json()["code"], str)


@pytest.mark.django_db
@pytest.mark.urls("tests.project.urls")
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"quantity": 3}', JSON),
        (b"quantity=3", FORM),
        (multipart(part(b"quantity", b"3")), MULTIPART),
        (b'{"quantity": 9, "quantity": 3}', JSON),
    ],
)
def test_a_door_reads_the_same_in_every_format(api, body, content_type):
    product = make_product()

    api.generic("POST", f"/api/carts/products/{product.pk}/add/", body, content_type=content_type)

    assert api.get("/api/carts/products/").json()["items"][0]["quantity"] == 3


@pytest.mark.django_db
@pytest.mark.urls("tests.project.urls")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"quantity": ' + b"9" * 10_000 + b"}", 400),
        (b'{"quantity": ' + b"9" * 4_000 + b"}", 400),
        (b'{"quantity": "' + b"9" * 10_000 + b'"}', 400),
        (b'{"quantity": 0.' + b"9" * 10_000 + b"}", 400),
        (b'{"quantity": 1e1000000}', 400),
        (nested(50_000), 400),
        (HUGE, 413),
    ],
    ids=range(7),
)
def test_a_hostile_number_or_body_puts_nothing_into_a_cart(api, body, status):
    """T-DOS-2, T-TAMP-1"""
    product = make_product()

    answer = api.generic("POST", f"/api/carts/products/{product.pk}/add/", body, content_type=JSON)

    assert answer.status_code == status
    assert api.get("/api/carts/products/").json() == {"message": "Cart is empty"}
    assert Product.objects.get().stock == 50
