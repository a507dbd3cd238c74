"""Paths that no browser sends: refused by gunicorn and runserver, with DEBUG too, and never a crash."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
import requests

from tests.example.site import PRODUCTION, served, served_in_development

CLIMBING = [
    "/../../x",
    "/..",
    "/%2e%2e/%2e%2e/x",
    "/..%2f..%2fx",
    "/%5c..%5cx",
    "//etc/passwd",
    "/admin/../../../x",
]
HOSTILE = [
    *[f"/{root}{path}" for root in ("static", "media") for path in CLIMBING],
    *[f"/{root}/{name}" for root in ("static", "media") for name in ("%00", "a%00.css", "%ff", "%ed%a0%80")],
    *[f"/{root}/{'a' * 300}" for root in ("static", "media")],
    *[f"/{root}/{'a/' * 1_500}" for root in ("static", "media")],
    "/static/admin/css/base.css/x",
    "/static/admin/css/base.css%00",
    "/../x",
    "/%00",
]


@pytest.fixture(
    scope="module",
    params=[(served, "0"), (served, "1"), (served_in_development, "1")],
    ids=lambda param: f"{param[0].__name__} DEBUG={param[1]}",
)
def site(request, tmp_path_factory):
    serve, debug = request.param
    database = tmp_path_factory.mktemp("site") / "db.sqlite3"
    variables = {**PRODUCTION, "DEBUG": debug, "HTTPS": "off", "DATABASE_URL": f"sqlite:///{database}"}
    with serve(**variables) as base:
        yield base


def status(site: str, method: str, path: str) -> int:
    """Send the path as it is: every client would tidy it up."""
    with socket.create_connection(("127.0.0.1", urlsplit(site).port), timeout=10) as connection:
        connection.sendall(f"{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return int(connection.makefile("rb").readline().split()[1])


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_hostile_path_is_refused(site, method):
    """T-FILE-1"""
    answers = {path: status(site, method, path) for path in HOSTILE}

    assert {path: answer for path, answer in answers.items() if answer not in {400, 404, 405}} == {}


def test_a_static_file_is_served(site):
    answer = requests.get(f"{site}/static/admin/css/base.css", timeout=10)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')
