"""Speak HTTP to a provider, bounded in time and size whatever it does."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from partscatalog.payments.gateways.base import GatewayError, GatewayRefused, GatewayUnknown
from partscatalog.payments.gateways.bounded import READ_SECONDS, BoundedAdapter
from partscatalog.payments.gateways.dialing import CONNECT_SECONDS
from partscatalog.payments.gateways.options import Secret, SecretBody, SecretData

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
#: Waits before a question is asked again, in seconds, and the answers after which it may be.
PAUSES = (0.1, 0.3)
AT_A_LOSS = frozenset({500, 502, 503, 504})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A provider's whole answer; ``document`` is None where the body is no JSON object."""

    status: int
    document: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is sent to a provider, its key aside."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Received:
    """A provider's whole answer as it came."""

    status: int
    body: bytes


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What came of one try, under the name that the log gives it."""

    name: str
    result: Received | GatewayError
    #: Whether another try may fare better.
    may_heal: bool


class Line:
    """The way to one provider, for one operation of one or more calls.

    All its calls together end within ``timeout`` seconds of its making, the look-up of the provider's name
    and the handshake of TLS included. Connecting and each read have tighter bounds of their own. Redirects
    are not followed, TLS certificates are verified, and no cookie or connection outlives a call. Only a GET
    is sent again, a few times, where the connection failed or the provider was at a loss.
    """

    def __init__(self, *, secret: Secret, timeout: float) -> None:
        self.secret = secret
        self.deadline = time.monotonic() + timeout

    def send(self, message: Message) -> Received:
        """Send the message and return the answer.

        :raises GatewayRefused: when the provider was not reached.
        :raises GatewayUnknown: when no whole answer came within the bounds.
        """
        begun = time.monotonic()
        outcome, tries = self._try_again(message) if message.method == "GET" else (self._try(message), 1)
        milliseconds = (time.monotonic() - begun) * 1000
        # Without the query, which may tell of a buyer.
        url = message.url.partition("?")[0]
        logger.info("%s %s: %s, %d ms, tries: %d.", message.method, url, outcome.name, milliseconds, tries)
        if isinstance(outcome.result, GatewayError):
            # Out here and without its cause: its frames hold the key, and error pages show frames.
            raise outcome.result
        return outcome.result

    def _try_again(self, message: Message) -> tuple[_Outcome, int]:
        """Return what came of the last try, and how many there were."""
        outcome = self._try(message)
        for tries, pause in enumerate(PAUSES, start=1):
            if not outcome.may_heal or time.monotonic() + pause >= self.deadline:
                return outcome, tries
            time.sleep(pause)
            outcome = self._try(message)
        return outcome, len(PAUSES) + 1

    def _try(self, message: Message) -> _Outcome:
        left = self.deadline - time.monotonic()
        if left <= 0:
            late = GatewayRefused("No time was left to ask the provider.")
            return _Outcome(name="no time left", result=late, may_heal=False)
        try:
            with requests.Session() as session:
                session.mount("http://", BoundedAdapter(self.deadline))
                session.mount("https://", BoundedAdapter(self.deadline))
                received = self._exchange(session, message, left)
        except requests.RequestException as err:
            return _Outcome(name=type(err).__name__, result=_failure(err), may_heal=_may_heal(err))
        except Exception as err:  # noqa: BLE001  # a bug in a library, whose frames hold the key
            failure = GatewayUnknown("The call broke on its way.")
            return _Outcome(name=type(err).__name__, result=failure, may_heal=False)
        return _Outcome(name=str(received.status), result=received, may_heal=received.status in AT_A_LOSS)

    def _exchange(self, session: requests.Session, message: Message, left: float) -> Received:
        response = session.request(
            message.method,
            message.url,
            data=message.body,
            auth=self._authorize,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **message.headers},
            timeout=(min(CONNECT_SECONDS, left), min(READ_SECONDS, left)),
            allow_redirects=False,
            stream=True,
        )
        with response:
            return Received(status=response.status_code, body=_read(response))

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As an auth object, so that no .netrc of the server's account takes its place.
        request.headers["Authorization"] = Secret(f"Bearer {self.secret}")
        return request


class JsonApi:
    """One provider's JSON API below one base URL; each call is an operation of its own on a :class:`Line`."""

    def __init__(self, *, base_url: str, secret: Secret, timeout: float) -> None:
        self.base_url = base_url.rstrip("/")
        self.secret = secret
        self.timeout = timeout

    def get(self, path: str) -> Answer:
        """Ask for a resource, a few times where the connection fails or the provider is at a loss.

        :raises GatewayRefused: when the provider was not reached.
        :raises GatewayUnknown: when no whole answer came within the bounds.
        """
        return self._call("GET", path)

    def post(self, path: str, document: Mapping[str, object]) -> Answer:
        """Send a JSON document, once; raises as :meth:`get` does."""
        return self._call("POST", path, json.dumps(document).encode())

    def _call(self, method: str, path: str, body: bytes | None = None) -> Answer:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        line = Line(secret=self.secret, timeout=self.timeout)
        received = line.send(Message(method=method, url=self.base_url + path, headers=headers, body=body))
        return Answer(status=received.status, document=parse_object(received.body))


def is_safe_url(url: str) -> bool:
    """Tell whether a provider may be called there: over TLS, or on this very machine."""
    scheme, host = _scheme_and_host(url)
    return is_loopback_url(url) or (scheme == "https" and bool(host))


def is_loopback_url(url: str) -> bool:
    """Tell whether it is plain http on this very machine."""
    scheme, host = _scheme_and_host(url)
    return scheme == "http" and host in LOOPBACK


def _scheme_and_host(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


class _TooLarge(requests.RequestException):
    """The answer is larger than any that is waited for."""


def _failure(error: requests.RequestException) -> GatewayError:
    if isinstance(error, _TooLarge):
        return GatewayUnknown("The answer is too large.")
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return GatewayRefused("The provider was not reached.")
    return GatewayUnknown("No whole answer came.")


def _may_heal(error: requests.RequestException) -> bool:
    is_broken = isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError)
    return is_broken and not isinstance(error, requests.exceptions.SSLError)


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_BYTES:
            raise _TooLarge
    return SecretBody(body)


def parse_object(body: bytes) -> Mapping[str, Any] | None:
    """Return the JSON object that the bytes hold, or None; no traceback ever shows what is in it."""
    try:
        document = json.loads(body, object_pairs_hook=SecretData)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
