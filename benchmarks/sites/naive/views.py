"""The naive shop's endpoints: lists cached for an hour as they were serialized, the cart in the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.shortcuts import get_object_or_404
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import RefreshToken

from benchmarks.sites.naive.models import Cart, CartItem, Category, Order, OrderItem, Product
from benchmarks.sites.naive.serializers import (
    CartSerializer,
    CategorySerializer,
    OrderSerializer,
    ProductSerializer,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from rest_framework.request import Request

HOUR = 60 * 60
PAGE_SIZE = 20


def cached(key: str, build: Callable[[], Any]) -> Response:
    data = cache.get(key)
    if data is None:
        data = build()
        cache.set(key, data, HOUR)
    return Response(data)


def active_products() -> QuerySet[Product]:
    return Product.objects.filter(is_active=True).select_related("category").prefetch_related("images")


def product_page(request: Request, key: str, products: QuerySet[Product]) -> Response:
    page = int(request.query_params.get("page", 1))
    start = (page - 1) * PAGE_SIZE
    return cached(
        f"{key}:{page}",
        lambda: (
            ProductSerializer(
                products[start : start + PAGE_SIZE], many=True, context={"request": request}
            ).data
        ),
    )


class OutOfStock(exceptions.APIException):
    status_code = 400
    default_detail = "Product is out of stock!"


class PublicView(APIView):
    permission_classes = [AllowAny]


class RegisterView(PublicView):
    def post(self, request: Request) -> Response:
        email = request.data["email"]
        user = User.objects.create_user(email, email, request.data["password"])
        token = RefreshToken.for_user(user)
        tokens = {"access_token": str(token.access_token), "refresh_token": str(token)}
        return Response(
            {**tokens, "user_serializer": {"id": user.pk, "email": user.email}},
            status=status.HTTP_201_CREATED,
        )


class CategoryListView(PublicView):
    def get(self, _request: Request) -> Response:
        return cached("categories", lambda: CategorySerializer(Category.objects.all(), many=True).data)


class ProductListView(PublicView):
    def get(self, request: Request) -> Response:
        return product_page(request, "products", active_products())


class CategoryProductListView(PublicView):
    def get(self, request: Request, cat_slug: str) -> Response:
        return product_page(
            request, f"category:{cat_slug}", active_products().filter(category__slug=cat_slug)
        )


class ProductDetailView(PublicView):
    def get(self, request: Request, cat_slug: str, product_slug: str) -> Response:
        def build() -> Any:
            product = get_object_or_404(active_products(), category__slug=cat_slug, slug=product_slug)
            return ProductSerializer(product, context={"request": request}).data

        return cached(f"product:{cat_slug}:{product_slug}", build)


class AddToCartView(PublicView):
    def post(self, request: Request, product_id: int) -> Response:
        product = get_object_or_404(Product, id=product_id, is_active=True)
        cart = Cart.objects.filter(id=request.session.get("cart_id")).first()
        if cart is None:
            cart = Cart.objects.create()
            request.session["cart_id"] = cart.pk
        item, _created = CartItem.objects.get_or_create(cart=cart, product=product, defaults={"quantity": 0})
        if item.quantity + 1 > product.stock:
            return Response({"message": "Product is out of stock!"}, status=status.HTTP_400_BAD_REQUEST)
        item.quantity += 1
        item.save()
        return Response({"message": "Added to cart"})


class CartView(PublicView):
    def get(self, request: Request) -> Response:
        carts = Cart.objects.prefetch_related("items__product")
        cart = carts.filter(id=request.session.get("cart_id")).first()
        if cart is None or not cart.items.all():
            return Response({"message": "Cart is empty"})
        return Response(CartSerializer(cart).data)


class CreateOrderView(APIView):
    permission_classes = [IsAuthenticated]

    def post(self, request: Request) -> Response:
        cart = get_object_or_404(Cart, id=request.session.get("cart_id"))
        serializer = OrderSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        address = serializer.validated_data["shipping_address"]
        with transaction.atomic():
            order = serializer.save(
                user=request.user,
                billing_address=serializer.validated_data.get("billing_address", address),
            )
            for item in cart.items.all():
                product = Product.objects.select_for_update().get(id=item.product_id)
                if product.stock < item.quantity:
                    raise OutOfStock
                product.stock -= item.quantity
                product.save()
                OrderItem.objects.create(
                    order=order, product=product, quantity=item.quantity, price=product.price
                )
                order.total_amount += product.price * item.quantity
            order.save()
            cart.delete()
            del request.session["cart_id"]
        return Response(OrderSerializer(order).data, status=status.HTTP_201_CREATED)


class OrderListView(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request: Request) -> Response:
        orders = Order.objects.filter(user=request.user).prefetch_related("items")
        return Response(OrderSerializer(orders, many=True).data)
