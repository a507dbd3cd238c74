"""An installable parts shop for Django: catalog, cart, orders, payments and users over an API."""

from __future__ import annotations

__version__ = "0.1.0"
