"""A small shop to send requests to: a guest, a buyer, a clerk and a trainee, and something of everything."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.models import Permission
from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from PIL import Image
from rest_framework.test import APIClient

from partscatalog.api import tokens
from partscatalog.catalog.models import Product, ProductImage
from partscatalog.payments.gateways.base import GatewayUnknown
from partscatalog.payments.sandbox.gateway import SandboxGateway
from partscatalog.testing import make_brand, make_category, make_product, make_user
from tests.orders.conftest import place
from tests.schema.openapi import JSON

if TYPE_CHECKING:
    from partscatalog.payments.gateways.base import Attempt, RefundStatus
    from tests.schema.openapi import Operation

MULTIPART = "multipart/form-data"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request: who sends it, the values in its path and query, and its body."""

    who: str = "guest"
    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def but(
        self, *, who: str = "", path: Any = (), query: Any = (), body: Any = (), headers: Any = ()
    ) -> Call:
        """Return the request with other values beside those that it has."""
        return replace(
            self,
            who=who or self.who,
            path={**self.path, **dict(path)},
            query={**self.query, **dict(query)},
            body=body if isinstance(body, bytes) else self._body_with(dict(body)),
            headers={**self.headers, **dict(headers)},
        )

    def _body_with(self, values: dict[str, Any]) -> Any:
        return {**(self.body or {}), **values} if values else self.body

    def of(self, media_type: str, body: bytes) -> Call:
        """Return the request with a body of another type."""
        return replace(self, media_type=media_type, body=body)


class SilentGateway(SandboxGateway):
    """A sandbox that does not say what became of refunds."""

    def fetch_refunds(self, attempt: Attempt) -> list[RefundStatus]:
        raise GatewayUnknown("Nobody answers.")


class Scene:
    """A small shop with a guest, a buyer, a clerk and a trainee, each with a client of their own.

    The trainee is staff without a permission.
    """

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.category = make_category("Engine Parts")
        self.brand = make_brand("Nordwerk")
        self.product = make_product(category=self.category, brand=self.brand, number="NW-1", stock=5)
        #: What carts and orders are made of, a piece of each.
        self.products = [self.product]
        self.user = make_user("buyer@example.com")
        self.staff = make_user("clerk@example.com", is_staff=True)
        self.staff.user_permissions.set(
            Permission.objects.filter(
                content_type__app_label__in=["partscatalog_catalog", "partscatalog_payments"]
            )
        )
        self.clients = {
            "guest": APIClient(),
            "buyer": self.client(self.user),
            "clerk": self.client(self.staff),
            "trainee": self.client(make_user("trainee@example.com", is_staff=True)),
        }

    @staticmethod
    def client(user: Any) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user, 'access')}")
        return client

    def send(self, operation: Operation, call: Call) -> Any:
        client, url = self.clients[call.who], operation.path.format(**call.path)
        if call.media_type == MULTIPART:
            return client.post(url, call.body, format="multipart", headers=call.headers)
        body = call.body if isinstance(call.body, bytes) else json.dumps(call.body or {}).encode()
        return client.generic(
            operation.method,
            f"{url}?{urlencode(call.query)}",
            body if operation.bodies else b"",  # type: ignore[arg-type]  # the stub knows text alone
            content_type=call.media_type if operation.bodies else "",
            headers=call.headers,
        )

    def configure(self, **keys: Any) -> None:
        self.settings.PARTSCATALOG = {**self.settings.PARTSCATALOG, **keys}

    def at(self, **more: Any) -> dict[str, Any]:
        """Return the path of the product."""
        return {"cat_slug": self.category.slug, "product_slug": self.product.slug, **more}

    def grow(self, number: int) -> None:
        """Let there be so many more of everything that lists, carts, orders and histories hold."""
        for n in range(number):
            category = make_category(f"Group {n}", parent=self.category)
            product = make_product(
                f"Piston {n}", category=category, brand=make_brand(f"Brand {n}"), stock=500
            )
            self.products.append(product)
            self.image(product)
            self.image()
        for _order in range(number):
            place(self.user, {self.products[-1]: 1})

    def item(self) -> int:
        """Let the guest have the products in the cart, and return the first item's id."""
        guest = self.clients["guest"]
        for product in self.products:
            guest.post(f"/api/carts/products/{product.pk}/add/")
        item: int = guest.get("/api/carts/products/").json()["items"][0]["id"]
        return item

    def unused_brand(self) -> str:
        return str(make_brand("Unused").slug)

    def image(self, product: Product | None = None) -> int:
        return ProductImage.objects.create(product=product or self.product, image="piston.jpg").pk

    def order(self) -> int:
        """Let the buyer order the products."""
        return place(self.user, self.pieces).pk

    @property
    def pieces(self) -> dict[Product, int]:
        return dict.fromkeys(self.products, 1)

    def started(self) -> dict[str, str]:
        """Let the buyer begin to pay an order."""
        answer: dict[str, str] = self.clients["buyer"].post(f"/api/payments/create/{self.order()}/").json()
        return answer

    def pressed(self, action: str) -> str:
        """Let the buyer press a button of the sandbox's page, and return the payment's reference."""
        started = self.started()
        self.clients["guest"].post(started["authorization_url"], {"action": action})
        return started["reference"]

    def paid(self) -> str:
        """Let the buyer pay an order, and return the payment's reference."""
        reference = self.pressed("pay")
        self.clients["buyer"].get("/api/payments/verify/", {"reference": reference})
        return reference

    def reset(self) -> dict[str, str]:
        """Return what the mail for a new password tells the buyer."""
        uid = urlsafe_base64_encode(force_bytes(self.user.pk))
        return {"uid": uid, "token": default_token_generator.make_token(self.user)}


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (40, 20)).save(content, format="JPEG")
    return SimpleUploadedFile("piston.jpg", content.getvalue(), content_type="image/jpeg")


def webhook(scene: Scene) -> Call:
    """Return what the sandbox sends when it was paid."""
    amount = 250_000 * len(scene.products)
    data = {"reference": scene.started()["reference"], "status": "paid", "amount": amount, "currency": "NGN"}
    body = json.dumps({"id": "evt_1", "event": "transaction.paid", "data": data}).encode()
    headers = dict(SandboxGateway(alias="sandbox", options={}).sign(body))
    return Call(path={"alias": "sandbox"}, body=body, headers=headers)
