"""Ask a provider's JSON API by HTTP, bounded in time and size whatever it does."""

from __future__ import annotations

import http.client
import io
import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from partscatalog.payments.gateways.base import GatewayError, GatewayRefused, GatewayUnknown
from partscatalog.payments.gateways.options import Secret

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
MAX_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A provider's whole answer; ``document`` is None where the body is no JSON object."""

    status: int
    document: Mapping[str, Any] | None


class JsonApi:
    """One provider's API below one base URL.

    The answer is whole within ``timeout`` seconds of the call's beginning, in which each read has a tighter
    bound of its own, as has connecting to each of the provider's addresses. Redirects are not followed,
    TLS certificates are verified, nothing is sent twice, and no cookie or connection outlives a call.
    """

    def __init__(self, *, base_url: str, secret: Secret, timeout: float) -> None:
        self.base_url = base_url.rstrip("/")
        self.secret = secret
        self.timeout = timeout

    def get(self, path: str) -> Answer:
        """Ask for a resource.

        :raises GatewayRefused: when the provider was not reached.
        :raises GatewayUnknown: when no whole answer came within the bounds.
        """
        return self._call("GET", path)

    def post(self, path: str, document: Mapping[str, object]) -> Answer:
        """Send a JSON document; raises as :meth:`get` does."""
        return self._call("POST", path, document)

    def _call(self, method: str, path: str, document: Mapping[str, object] | None = None) -> Answer:
        deadline = time.monotonic() + self.timeout
        try:
            with requests.Session() as session:
                session.mount("http://", _BoundedAdapter(deadline))
                session.mount("https://", _BoundedAdapter(deadline))
                return self._exchange(session, method, path, document)
        except requests.RequestException as err:
            logger.warning("%s %s: %s.", method, self.base_url + path, type(err).__name__)
            failure = _failure(err)
        # Out here and without its cause: the HTTP client's frames hold the key, and error pages show frames.
        raise failure

    def _exchange(self, session: requests.Session, method: str, path: str, document: object) -> Answer:
        response = session.request(
            method,
            self.base_url + path,
            json=document,
            auth=self._authorize,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=(min(CONNECT_SECONDS, self.timeout), min(READ_SECONDS, self.timeout)),
            allow_redirects=False,
            stream=True,
        )
        with response:
            return Answer(status=response.status_code, document=parse_object(_read(response)))

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As an auth object, so that no .netrc of the server's account takes its place.
        request.headers["Authorization"] = Secret(f"Bearer {self.secret}")
        return request


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


def _failure(error: requests.RequestException) -> GatewayError:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return GatewayRefused("The provider was not reached.")
    return GatewayUnknown("No whole answer came.")


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_BYTES:
            raise GatewayUnknown("The answer is too large.")
    return bytes(body)


def parse_object(body: bytes) -> Mapping[str, Any] | None:
    """Return the JSON object that the bytes hold, or None."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


class _BoundedAdapter(HTTPAdapter):
    """Send without retries, and read the answer against one deadline."""

    def __init__(self, deadline: float) -> None:
        super().__init__(max_retries=0)
        self.deadline = deadline

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _bounded(pool.ConnectionCls, self.deadline)
        return pool


def _bounded(connection_class: type[Any], deadline: float) -> type[Any]:
    """Return the connection class with answers that are read against the deadline."""

    def response(sock: socket.socket, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:
        answer = http.client.HTTPResponse(sock, *args, **kwargs)
        answer.fp = io.BufferedReader(_DeadlineReader(answer.fp.detach(), sock, deadline))
        return answer

    return type("BoundedConnection", (connection_class,), {"response_class": staticmethod(response)})


class _DeadlineReader(io.RawIOBase):
    """Read a socket so that the sum of all waits ends at the deadline.

    A socket's own timeout bounds each read alone: a provider that sends a byte every few seconds, in its
    headers or in its body, would hold a worker for hours.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("The whole time for the call is used up.")
        self._sock.settimeout(min(left, READ_SECONDS))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
