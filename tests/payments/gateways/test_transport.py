"""The bounds and precautions of every call to a provider."""

from __future__ import annotations

import ssl
import time
from pathlib import Path

import pytest

from partscatalog.payments.gateways.base import GatewayRefused, GatewayUnknown
from partscatalog.payments.gateways.options import Secret
from partscatalog.payments.gateways.transport import Answer, JsonApi, is_safe_url
from tests.payments import fakes
from tests.payments.fakes.server import FakeServer

SELF_SIGNED = Path(fakes.__file__).with_name("selfsigned.pem")


class Echo(FakeServer):
    def reply(self, call):
        return 200, {"sent": call.document, "authorization": call.headers.get("Authorization")}


@pytest.fixture
def echo():
    with Echo().running() as server:
        yield server


def api(url, timeout=0.5) -> JsonApi:
    return JsonApi(base_url=url, secret=Secret("k"), timeout=timeout)


def test_a_call_brings_status_and_document(echo):
    answer = api(echo.url).post("/x", {"a": 1})

    assert answer == Answer(status=200, document={"sent": {"a": 1}, "authorization": "Bearer k"})


def test_the_key_is_sent_even_where_netrc_names_another(echo, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password evil\n")
    monkeypatch.setenv("NETRC", str(netrc))

    assert api(echo.url).get("/x").document == {"sent": None, "authorization": "Bearer k"}


def test_a_certificate_that_nobody_vouches_for_is_not_trusted():
    """T-PAY-16"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED)

    with Echo(tls=context).running() as server, pytest.raises(GatewayUnknown):
        api(server.url, timeout=5).get("/x")

    assert server.calls == []


def test_tls_is_spoken_where_the_certificate_is_vouched_for_and_dripping_is_bounded_there_too(monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(SELF_SIGNED))

    with Echo(tls=context).running() as server:
        assert api(server.url, timeout=5).get("/x").status == 200
        server.faults["/slow"] = "drip headers"
        begun = time.monotonic()
        with pytest.raises(GatewayUnknown):
            api(server.url, timeout=1).get("/slow")

    assert 1 <= time.monotonic() - begun < 2


def test_an_answer_may_have_a_mebibyte_and_not_a_byte_more(echo):
    most = {"": "x" * (1024 * 1024 - len(b'{"": ""}'))}
    more = {"": most[""] + "x"}
    echo.reply = lambda call: (200, most if call.path == "/most" else more)

    assert api(echo.url, timeout=5).get("/most").document == most
    with pytest.raises(GatewayUnknown, match="too large"):
        api(echo.url, timeout=5).get("/more")


def test_nothing_is_sent_twice(echo):
    echo.faults["/x"] = "reset"

    with pytest.raises(GatewayUnknown):
        api(echo.url).post("/x", {})

    assert len(echo.calls) == 1


def test_a_closed_port_means_that_nothing_was_sent():
    with pytest.raises(GatewayRefused):
        api("http://127.0.0.1:9").get("/x")


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://api.paystack.co", True),
        ("http://localhost:8123", True),
        ("http://127.0.0.1", True),
        ("http://127.0.0.1.evil.example", False),
        ("http://api.paystack.co", False),
        ("https://", False),
        ("//api.paystack.co", False),
        ("", False),
    ],
)
def test_keys_go_over_tls_or_stay_on_this_machine(url, is_safe):
    assert is_safe_url(url) is is_safe
