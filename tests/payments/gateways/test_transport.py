"""The bounds and precautions of every call to a provider."""

from __future__ import annotations

import http.client
import re
import ssl
import time
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from urllib3.response import HTTPResponse

from partscatalog.payments.gateways.base import GatewayRefused, GatewayUnknown
from partscatalog.payments.gateways.options import Secret
from partscatalog.payments.gateways.transport import Answer, JsonApi, Line, Message, is_safe_url
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


@pytest.mark.parametrize("fault", ["reset", "truncated"])
def test_what_may_change_something_is_sent_once(echo, fault):
    echo.faults["/x"] = fault

    with pytest.raises(GatewayUnknown):
        api(echo.url).post("/x", {})

    assert len(echo.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_may_change_something_is_sent_once_to_a_provider_at_a_loss(echo, status):
    echo.reply = lambda call: (status, {})

    assert api(echo.url).post("/x", {}).status == status
    assert len(echo.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_question_is_asked_thrice_of_a_provider_at_a_loss(echo, status):
    echo.reply = lambda call: (status, {"try": len(echo.calls)})

    assert api(echo.url, timeout=5).get("/x") == Answer(status=status, document={"try": 3})
    assert len(echo.calls) == 3


@pytest.mark.parametrize("fault", ["reset", "truncated"])
def test_a_question_is_asked_again_where_the_connection_breaks(echo, monkeypatch, fault):
    monkeypatch.setattr(echo, "fault", lambda path: fault if len(echo.calls) < 3 else None)

    assert api(echo.url, timeout=5).get("/x").status == 200
    assert len(echo.calls) == 3


def test_a_question_is_given_up_after_three_broken_connections(echo):
    echo.faults["/x"] = "reset"

    with pytest.raises(GatewayUnknown):
        api(echo.url, timeout=5).get("/x")

    assert len(echo.calls) == 3


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 408, 409, 429, 501])
def test_a_provider_that_knows_its_answer_is_asked_once(echo, status):
    echo.reply = lambda call: (status, {})

    assert api(echo.url).get("/x").status == status
    assert len(echo.calls) == 1


def test_no_time_is_left_for_another_try_after_the_bound(echo):
    def at_a_loss(call):
        time.sleep(0.15)
        return 503, {}

    echo.reply = at_a_loss
    begun = time.monotonic()

    assert api(echo.url, timeout=0.5).get("/x").status == 503

    assert time.monotonic() - begun < 0.6
    assert len(echo.calls) == 2


def test_all_calls_of_one_operation_share_its_time(echo):
    line = Line(secret=Secret("k"), timeout=0.3)
    message = Message(method="POST", url=f"{echo.url}/x", headers={}, body=b"{}")
    assert line.send(message).status == 200
    time.sleep(0.3)

    with pytest.raises(GatewayRefused, match="No time"):
        line.send(message)

    assert len(echo.calls) == 1


@pytest.mark.parametrize(
    ("fault", "outcome", "tries"),
    [(None, "200", 1), ("429", "429", 1), ("500", "500", 3), ("reset", "ConnectionError", 3)],
)
def test_one_line_of_the_log_tells_how_a_call_ended_and_nothing_secret(echo, caplog, fault, outcome, tries):
    """T-LEAK-1"""
    caplog.set_level("INFO", logger="partscatalog")
    echo.faults = {"/x": fault} if fault else {}

    with suppress(GatewayUnknown):
        api(echo.url, timeout=5).get("/x?email=buyer@example.com")

    (line,) = caplog.messages
    assert re.fullmatch(rf"GET {echo.url}/x: {outcome}, \d+ ms, tries: {tries}\.", line)


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


@pytest.mark.parametrize("place", [http.client.HTTPConnection, HTTPResponse])
def test_whatever_breaks_on_the_way_is_an_unknown_outcome_and_shows_no_key(echo, monkeypatch, place):
    """T-LEAK-1: a bug in a library, with the key among what its frames hold."""
    name = "endheaders" if place is http.client.HTTPConnection else "stream"
    monkeypatch.setattr(place, name, lambda *_, **__: 1 / 0)

    with pytest.raises(GatewayUnknown) as caught:
        JsonApi(base_url=echo.url, secret=Secret("sk_shown_nowhere"), timeout=1).get("/x")

    assert caught.value.__context__ is None
    frames = [frame.f_locals for frame, _line in traceback.walk_tb(caught.value.__traceback__)]
    assert "sk_shown_nowhere" not in repr(frames[1:])
