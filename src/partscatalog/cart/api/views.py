"""The cart's endpoints; each finds the visitor's cart and hands it to one service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from partscatalog.api.swaps import present
from partscatalog.api.visitor import VisitorView
from partscatalog.cart.api import documentation as docs
from partscatalog.cart.api.serializers import AddSerializer, CartSerializer, ChangeSerializer
from partscatalog.cart.services import adding, changing, finding, reading
from partscatalog.exceptions import NotFound

if TYPE_CHECKING:
    from rest_framework.request import Request

    from partscatalog.cart.models import Cart


class CartView(VisitorView):
    app = "cart"
    throttle_scope = "cart"

    @extend_schema(**docs.READ)
    def get(self, request: Request) -> Response:
        cart = finding.find(self.visitor).cart
        priced = reading.load(cart, user=self.visitor.user) if cart else None
        if priced is None or not priced.lines:
            return Response(docs.EMPTY)
        return Response(present(CartSerializer, priced))

    @extend_schema(**docs.EMPTY_IT)
    def delete(self, request: Request) -> Response:
        cart = finding.find(self.visitor).cart
        if cart is not None:
            changing.empty(cart=cart)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AddView(VisitorView):
    app = "cart"
    throttle_scope = "cart"
    error_key = "message"

    @extend_schema(**docs.ADD)
    def post(self, request: Request, product_id: int) -> Response:
        serializer = AddSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        adding.add(visitor=self.visitor, product=product_id, **serializer.validated_data)
        return Response(docs.ADDED)


class QuantityView(VisitorView):
    app = "cart"
    throttle_scope = "cart"
    error_key = "error"

    @extend_schema(**docs.CHANGE)
    def patch(self, request: Request, item_id: int) -> Response:
        serializer = ChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        quantity = changing.set_quantity(
            cart=_cart(self),
            item=item_id,
            quantity=serializer.validated_data.get("quantity"),
            user=self.visitor.user,
        )
        return Response({"message": "Quantity updated", "quantity": quantity})


class ItemView(VisitorView):
    app = "cart"
    throttle_scope = "cart"

    @extend_schema(**docs.REMOVE)
    def delete(self, request: Request, item_id: int) -> Response:
        changing.remove(cart=_cart(self), item=item_id)
        return Response({"deleted": True, "id": item_id})


def _cart(view: VisitorView) -> Cart:
    """Return the visitor's cart.

    :raises NotFound: when there is none, so that every item is somebody else's.
    """
    cart = finding.find(view.visitor).cart
    if cart is None:
        raise NotFound
    return cart
