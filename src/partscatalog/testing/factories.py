"""Plain functions that make rows; what a test does not care about has a default."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from partscatalog.cart.models import Cart, CartLine
from partscatalog.catalog.models import Brand, Category, Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.base_user import AbstractBaseUser

#: The password of every user made here.
PASSWORD = "correct horse battery staple"  # noqa: S105

_serial = count(1)


def make_user(email: str = "", **fields: Any) -> Any:
    """Return a new active user of the site's model (which alone knows its type), with :data:`PASSWORD`."""
    model: Any = get_user_model()
    email = email or f"buyer{next(_serial)}@example.com"
    names = {model.USERNAME_FIELD: email, model.get_email_field_name(): email}
    return model._default_manager.create_user(password=PASSWORD, **{**names, **fields})


def make_category(name: str = "Engine Parts", **fields: Any) -> Category:
    return Category.objects.create(name=name, **fields)


def make_brand(name: str = "Nordwerk", **fields: Any) -> Brand:
    return Brand.objects.create(name=name, **fields)


def make_product(name: str = "Piston", *, stock: int = 50, **fields: Any) -> Product:
    """Return a new product with its stock booked, in a category of its own where none is given."""
    fields.setdefault("price", Decimal("2500.00"))
    if "category" not in fields:
        fields["category"] = make_category(f"Group {next(_serial)}")
    return Product.objects.create(name=name, stock=stock, **fields)


def make_cart(quantities: Mapping[Product, int], *, user: AbstractBaseUser | None = None) -> Cart:
    """Return a new open cart with a line per product: the user's, or a guest's."""
    owner = user.pk if user else None
    cart = Cart.objects.create(user_id=owner, open_for_id=owner)
    for product, quantity in quantities.items():
        CartLine.objects.create(cart=cart, product=product, quantity=quantity, seen_price=product.price)
    return cart
