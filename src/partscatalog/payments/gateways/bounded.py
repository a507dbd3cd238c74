"""Connections of ``requests`` of which all waits together end at one deadline."""

from __future__ import annotations

import http.client
import io
import time
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from partscatalog.payments.gateways.dialing import CONNECT_SECONDS, dial

if TYPE_CHECKING:
    import socket

READ_SECONDS = 10.0


class BoundedAdapter(HTTPAdapter):
    """Look up, connect, send without retries, and read the answer against one deadline."""

    def __init__(self, deadline: float) -> None:
        super().__init__(max_retries=0)
        self.deadline = deadline

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _bounded(pool.ConnectionCls, self.deadline)
        return pool


def _bounded(connection_class: type[Any], deadline: float) -> type[Any]:
    """Return the connection class with a deadline for what it waits for."""

    def connect(connection: Any) -> socket.socket:
        # The connection's own way gives each of a host's addresses the whole time, and a lookup all of it.
        try:
            sock = dial(
                connection._dns_host,
                connection.port,
                deadline=deadline,
                options=connection.socket_options or (),
            )
            # For the handshake of TLS, and for what is sent.
            sock.settimeout(_left(deadline, CONNECT_SECONDS))
        except TimeoutError as err:
            raise ConnectTimeoutError(connection, str(err)) from err
        except OSError as err:
            raise NewConnectionError(connection, str(err)) from err
        return sock

    def response(sock: socket.socket, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:
        answer = http.client.HTTPResponse(sock, *args, **kwargs)
        answer.fp = io.BufferedReader(_DeadlineReader(answer.fp.detach(), sock, deadline))
        return answer

    changes: dict[str, Any] = {"response_class": staticmethod(response)}
    if connection_class._new_conn is HTTPConnection._new_conn:
        # One of another way goes through a SOCKS proxy, past which nothing may be dialled.
        changes["_new_conn"] = connect
    return type("BoundedConnection", (connection_class,), changes)


def _left(deadline: float, most: float) -> float:
    """Return the seconds that may be waited."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("The whole time for the call is used up.")
    return min(left, most)


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
        self._sock.settimeout(_left(self._deadline, READ_SECONDS))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
