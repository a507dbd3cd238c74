"""An installable parts shop for Django: catalog, cart, orders, payments and users over an API."""

__version__ = "0.1.0"
