"""The orders' doors: place, list, look at and cancel one's own orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from partscatalog.api.authentication import BearerAuthentication
from partscatalog.api.pagination import Keyset
from partscatalog.api.permissions import IsPerson, person
from partscatalog.api.swaps import is_swapped, present, show
from partscatalog.api.views import PersonalView
from partscatalog.api.visitor import VisitorView
from partscatalog.cart.services import finding
from partscatalog.exceptions import CartChanged, CartEmpty, NotFound
from partscatalog.orders.api import documentation as docs
from partscatalog.orders.api.keys import idempotency_key
from partscatalog.orders.api.serializers import (
    OrderEventSerializer,
    OrderSerializer,
    PlaceOrderSerializer,
)
from partscatalog.orders.models import Order
from partscatalog.orders.services import idempotency, releasing
from partscatalog.orders.services.placing import Placement, place_order
from partscatalog.orders.states import Party

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rest_framework.request import Request

    from partscatalog.cart.models import Cart


class OrderCreateView(VisitorView):
    app = "orders"
    authentication_classes = [BearerAuthentication]
    permission_classes = [IsPerson]
    throttle_scope = "checkout"

    @extend_schema(**docs.CREATE)
    def post(self, request: Request) -> Response:
        serializer = PlaceOrderSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        answer = self._place(request, serializer)
        return Response(answer, status=status.HTTP_201_CREATED)

    def _place(self, request: Request, serializer: PlaceOrderSerializer) -> dict[str, Any]:
        key = idempotency_key(request, request.data)
        found = finding.find(self.visitor)
        if found.cart is None or found.clamped:
            return _repeated(key, CartChanged() if found.clamped else CartEmpty())
        return place_order(self._placement(request, serializer, found.cart, key))

    def _placement(
        self, request: Request, serializer: PlaceOrderSerializer, cart: Cart, key: idempotency.Key | None
    ) -> Placement:
        return Placement(
            cart=cart,
            user=person(request),
            delivery=serializer.delivery(),
            represent=lambda order: represent(order, request),
            expected_total=serializer.validated_data.get("expected_total"),
            key=key,
        )


class OrderListView(PersonalView):
    app = "orders"
    pages = Keyset(ordering=("-created_at", "-id"))

    @extend_schema(**docs.LIST)
    def get(self, request: Request) -> Response:
        orders = Order.objects.for_user(person(request)).prefetch_related("lines")
        return self.pages.respond(request, orders, lambda rows: represent(rows, request))


class OrderDetailView(PersonalView):
    app = "orders"

    @extend_schema(**docs.DETAIL)
    def get(self, request: Request, order_id: int) -> Response:
        return Response(represent_whole(own_order(request, order_id), request))


class OrderCancelView(PersonalView):
    app = "orders"
    throttle_scope = "checkout"

    @extend_schema(**docs.CANCEL)
    def post(self, request: Request, order_id: int) -> Response:
        order = own_order(request, order_id)
        releasing.cancel(order=order, by=Party.CUSTOMER, actor=person(request))
        return Response(represent_whole(order, request))


def own_order(request: Request, order_id: int) -> Order:
    """Return the caller's order.

    :raises NotFound: when there is none, or it is another's: the two look alike.
    """
    order = Order.objects.for_user(person(request)).filter(pk=order_id).first()
    if order is None:
        raise NotFound
    return order


def represent(found: Order | Sequence[Order], request: Request) -> Any:
    """Return an order, or a list of orders, as the API shows it."""
    if is_swapped("order"):
        return show("order", OrderSerializer, found, request)
    return present(OrderSerializer, found)


def represent_whole(order: Order, request: Request) -> dict[str, Any]:
    """Return the order with its history, oldest first."""
    history = [OrderEventSerializer(event).data for event in order.events.order_by("pk")]
    return {**represent(order, request), "history": history}


def _repeated(key: idempotency.Key | None, refusal: CartChanged | CartEmpty) -> dict[str, Any]:
    """Return the answer of the first request with this key; without one the refusal stands."""
    answer = idempotency.stored_answer(key) if key else None
    if answer is None:
        raise refusal
    return answer
