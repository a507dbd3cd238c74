"""A real browser on the demo site, and a record of whom its pages ask."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.example.site import manage, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

#: A sandbox needs rights that root in a container lacks; the rest keeps the browser from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Imported here: the tests are collected on machines without it, too.
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "The browser suite needs Chromium."
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small demo shop under gunicorn."""
    variables = {
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('shop') / 'db.sqlite3'}",
        "THROTTLES": "off",
    }
    for command in (["migrate"], ["seed_demo", "--products", "50"]):
        result = manage(*command, **variables)
        assert result.returncode == 0, result.stderr
    with served(**variables) as base:
        yield base


@pytest.fixture
def foreign() -> list[str]:
    """The requests that the page made to another host."""
    return []


@pytest.fixture
def page(browser: Browser, shop: str, foreign: list[str]) -> Iterator[Page]:
    """A page with a cookie jar of its own, on the shop."""
    context = browser.new_context(base_url=shop)
    opened = context.new_page()
    own = urlsplit(shop).netloc
    opened.on(
        "request",
        lambda request: (
            foreign.append(request.url) if urlsplit(request.url).netloc not in {"", own} else None
        ),
    )
    yield opened
    context.close()
