"""The demo site under gunicorn with DEBUG off: documentation, static files and headers."""

from __future__ import annotations

import re

import pytest
import requests

from tests.example.site import PRODUCTION, ROOT, manage, served

ADDRESS = re.compile(r"""(?:https?:)?//([\w.-]+\.\w+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    database = tmp_path_factory.mktemp("site") / "db.sqlite3"
    with served(**PRODUCTION, HTTPS="off", DATABASE_URL=f"sqlite:///{database}") as base:
        yield base


@pytest.mark.parametrize("path", ["/", "/api/docs/", "/api/docs/?script=", "/api/redoc/"])
def test_a_page_names_no_foreign_host(site, path):
    response = requests.get(site + path, timeout=10)

    assert response.status_code == 200
    assert set(ADDRESS.findall(response.text)) <= {"127.0.0.1"}


@pytest.mark.parametrize("path", ["/", "/api/docs/", "/api/redoc/", "/admin/login/"])
def test_every_static_file_of_a_page_is_served(site, path):
    page = requests.get(site + path, timeout=10).text

    files = set(re.findall(r"/static/[^\"']+", page))

    assert files or path == "/"
    for file in files:
        response = requests.get(site + file, timeout=10)
        assert (file, response.status_code) == (file, 200)
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_schema_that_is_served_is_the_file_of_the_repo(site):
    """``make schema`` writes the file anew."""
    response = requests.get(f"{site}/api/schema/", headers={"Authorization": "Bearer stale"}, timeout=10)

    assert response.status_code == 200
    assert response.text == (ROOT / "schema.yml").read_text()
    assert response.text.startswith("openapi: 3.")


def test_the_schema_is_valid_and_made_without_a_warning():
    made = manage("spectacular", "--validate", "--fail-on-warn")

    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout == (ROOT / "schema.yml").read_text()


def test_pages_carry_the_security_headers(site):
    """T-CONF-3."""
    headers = requests.get(f"{site}/api/", timeout=10).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/static/", "/static/../manage.py", "/media/.env"])
def test_no_file_of_the_project_is_served(site, path):
    """T-FILE-1."""
    request = requests.Request("GET", site).prepare()
    request.url = site + path

    assert requests.Session().send(request, timeout=10).status_code == 404


def test_trace_is_refused(site):
    """T-CONF-4."""
    assert requests.request("TRACE", f"{site}/api/", timeout=10).status_code == 405


def test_an_unknown_accept_header_is_no_error_of_the_index(site):
    response = requests.get(f"{site}/api/", headers={"Accept": "image/gif"}, timeout=10)

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
