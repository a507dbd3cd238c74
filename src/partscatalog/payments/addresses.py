"""Where providers send the buyer back to: from the settings alone, never from what a request claims."""

from __future__ import annotations

from urllib.parse import urlsplit

from partscatalog.conf import get_settings

#: Our own plain page for buyers who come back, below the place where the payment URLs are mounted.
RETURN_PAGE = "return/"


def return_url(pages_path: str) -> str:
    """Return the site's page, or ours below the path; empty where the site names no address of its own."""
    settings = get_settings()
    page = settings.PAYMENT_RETURN_URL or f"{pages_path}{RETURN_PAGE}"
    if urlsplit(page).scheme:
        return page
    return f"{settings.SITE_URL.rstrip('/')}{page}" if settings.SITE_URL else ""
