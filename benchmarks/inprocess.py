"""Ask a site in this very process: its WSGI callable called directly, with what the call cost."""

from __future__ import annotations

import io
import json
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import StartResponse, WSGIApplication

HOST = "testserver"


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def environ(self) -> dict[str, Any]:
        """Return the WSGI environment that a server would make of it."""
        path, _mark, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": HOST,
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if self.body:
            environ["CONTENT_TYPE"] = "application/json"
        named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        return {**environ, **named}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and its cost in nanoseconds of this process's CPU and of the clock."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cpu: int
    wall: int

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def json(self) -> Any:
        return json.loads(self.body)


def call(application: WSGIApplication, request: Request) -> Answer:
    """Answer one request, as a server would: the body is read to its end and the response closed."""
    environ = request.environ()
    begun: list[Any] = []

    def start_response(status: str, headers: Any, _exc_info: Any = None) -> Any:
        begun[:] = [status, headers]

    start: StartResponse = start_response
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    chunks = application(environ, start)
    body = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
    status, headers = begun
    return Answer(int(status.partition(" ")[0]), tuple(headers), body, cpu, wall)


class Client:
    """A visitor of the site in this process, with the cookies of one browser."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask(self.request(path, **headers))

    def post(self, path: str, sent: object = None, **headers: str) -> Answer:
        return self.ask(self.request(path, method="POST", sent=sent, **headers))

    def request(self, path: str, *, method: str = "GET", sent: object = None, **headers: str) -> Request:
        """Return a request that carries this visitor's cookies; an underscore in a header is a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            named["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return Request(path, method, named, b"" if sent is None else json.dumps(sent).encode())

    def ask(self, request: Request) -> Answer:
        """Send a request and keep the cookies of its answer."""
        answer = call(self._application, request)
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                key, _sign, rest = value.partition("=")
                self.cookies[key.strip()] = rest.partition(";")[0]
        return answer

    def leave(self) -> None:
        """Become another visitor."""
        self.cookies.clear()

    def another(self) -> Client:
        """Return another visitor of the same site."""
        return Client(self._application)
