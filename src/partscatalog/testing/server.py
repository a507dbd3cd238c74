"""A fake provider as a real HTTP server on the loopback: a log of calls, and faults a real network has."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

Reply = tuple[int, Any]

#: Answers of a broken provider: status, content type, body.
CANNED: dict[str, tuple[int, str, bytes]] = {
    "401": (401, "application/json", b'{"status": false, "message": "Invalid key"}'),
    "429": (429, "application/json", b'{"status": false, "message": "Too many requests"}'),
    "500": (500, "application/json", b'{"status": false, "message": "Server error"}'),
    "html": (502, "text/html", b"<html><h1>Bad gateway</h1></html>"),
    "html 200": (200, "text/html", b"<html>Welcome to the hotel's wireless network.</html>"),
    "empty": (200, "application/json", b""),
    "object": (200, "application/json", b"{}"),
    "array": (200, "application/json", b"[]"),
    "null": (200, "application/json", b'{"status": true, "data": null}'),
    "deep": (200, "application/json", b"[" * 100_000),
    "huge": (200, "application/json", b'{"status": true, "data": "' + b"x" * (2 * 1024 * 1024) + b'"}'),
}

#: Every fault that a call can meet; ``lost`` carries the call out and loses the answer.
FAULTS = (*CANNED, "hang", "reset", "drip", "drip headers", "truncated", "redirect", "lost")


#: Where a redirect leads; whoever follows it is answered as if nothing had happened.
ELSEWHERE = "/elsewhere"

#: For how many seconds a slow answer is held or dripped, longer than anybody may wait.
SLOWNESS = 20


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Of more than five at once, the default, some would wait a second for the connection alone.
    request_queue_size = 64

    def handle_error(self, *args: Any) -> None:
        """Keep quiet about clients that went away."""


@dataclass(frozen=True)
class Call:
    """One request that reached the server."""

    method: str
    path: str
    headers: dict[str, str]
    document: Any


@dataclass
class FakeServer:
    """A provider on the loopback; subclasses answer in :meth:`reply`."""

    calls: list[Call] = field(default_factory=list)
    #: The fault that each call meets whose path, or method and path (``POST /refund``), begins with the key.
    faults: dict[str, str] = field(default_factory=dict)
    url: str = ""
    #: Speak TLS by this context.
    tls: ssl.SSLContext | None = None

    def reply(self, call: Call) -> Reply:
        """Return the status and the JSON document that a call is answered with."""
        raise NotImplementedError

    def parse(self, body: bytes) -> Any:
        """Return what the body of a call says; JSON where a subclass knows no better."""
        return json.loads(body) if body else None

    def fault(self, call: Call) -> str | None:
        names = (call.path, f"{call.method} {call.path}")
        return next((fault for start, fault in self.faults.items() if _begins(names, start)), None)

    @contextmanager
    def running(self) -> Iterator[FakeServer]:
        """Serve on a free port; on leaving, every hanging call is let go and the port closed."""
        closing = threading.Event()
        server = _Server(("127.0.0.1", 0), _handler(self, closing))
        if self.tls is not None:
            server.socket = self.tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            closing.set()
            server.shutdown()
            server.server_close()
            thread.join()


def _begins(names: tuple[str, ...], start: str) -> bool:
    return any(name.startswith(start) for name in names)


def _handler(fake: FakeServer, closing: threading.Event) -> type[BaseHTTPRequestHandler]:
    redirected: list[Call] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._serve(fake.parse(body))

        def _serve(self, document: Any) -> None:
            call = Call(self.command, self.path, dict(self.headers), document)
            fake.calls.append(call)
            if self.path == ELSEWHERE and redirected:
                call, fault = redirected[-1], None
            else:
                fault = fake.fault(call)
            with suppress(OSError):
                if fault is None:
                    self._send(*_encode(*fake.reply(call)))
                elif fault in CANNED:
                    self._send(*CANNED[fault])
                else:
                    self._misbehave(fault, call)

        def _misbehave(self, fault: str, call: Call) -> None:
            acts: dict[str, Callable[[], None]] = {
                "hang": self._hang,
                "reset": self._reset,
                "drip": lambda: self._drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
                "drip headers": lambda: self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
                "truncated": self._truncate,
                "redirect": lambda: self._redirect(call),
                "lost": self._reset,
            }
            if fault == "lost":
                fake.reply(call)
            acts[fault]()
            self.close_connection = True

        def _send(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _hang(self) -> None:
            closing.wait(SLOWNESS)

        def _reset(self) -> None:
            # Linger of zero seconds: the peer gets RST instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            self.connection.close()

        def _drip(self, head: bytes) -> None:
            self.wfile.write(head)
            until = time.monotonic() + SLOWNESS
            while time.monotonic() < until and not closing.wait(0.05):
                self.wfile.write(b" ")

        def _truncate(self) -> None:
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"status": true, "da')

        def _redirect(self, call: Call) -> None:
            redirected.append(call)
            self.send_response(302)
            self.send_header("Location", fake.url + ELSEWHERE)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Keep the tests' output quiet."""

    return Handler


def _encode(status: int, document: Any) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(document).encode()
