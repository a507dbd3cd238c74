"""How the naive shop shows its rows."""

from __future__ import annotations

from rest_framework import serializers

from benchmarks.sites.naive.models import Cart, CartItem, Category, Order, OrderItem, Product, ProductImage


class CategorySerializer(serializers.ModelSerializer[Category]):
    class Meta:
        model = Category
        fields = ["id", "name", "slug", "description"]


class ProductCategorySerializer(serializers.ModelSerializer[Category]):
    class Meta:
        model = Category
        fields = ["id", "name", "slug"]


class ProductImageSerializer(serializers.ModelSerializer[ProductImage]):
    class Meta:
        model = ProductImage
        fields = ["id", "image", "alt_text"]


class ProductSerializer(serializers.ModelSerializer[Product]):
    category = ProductCategorySerializer()
    images = ProductImageSerializer(many=True)

    class Meta:
        model = Product
        fields = [
            "id",
            "name",
            "slug",
            "category",
            "price",
            "stock",
            "description",
            "images",
            "is_active",
            "created_at",
        ]


class CartProductSerializer(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ["id", "name", "price"]


class CartItemSerializer(serializers.ModelSerializer[CartItem]):
    product = CartProductSerializer()
    subtotal = serializers.SerializerMethodField()

    class Meta:
        model = CartItem
        fields = ["id", "product", "quantity", "subtotal"]

    def get_subtotal(self, item: CartItem) -> str:
        return str(item.product.price * item.quantity)


class CartSerializer(serializers.ModelSerializer[Cart]):
    cart_id = serializers.IntegerField(source="id")
    items = CartItemSerializer(many=True)
    total_price = serializers.SerializerMethodField()

    class Meta:
        model = Cart
        fields = ["cart_id", "total_price", "items"]

    def get_total_price(self, cart: Cart) -> str:
        return str(sum(item.product.price * item.quantity for item in cart.items.all()))


class OrderItemSerializer(serializers.ModelSerializer[OrderItem]):
    class Meta:
        model = OrderItem
        fields = ["id", "product", "quantity", "price"]


class OrderSerializer(serializers.ModelSerializer[Order]):
    items = OrderItemSerializer(many=True, read_only=True)

    class Meta:
        model = Order
        fields = [
            "id",
            "user",
            "items",
            "total_amount",
            "status",
            "is_paid",
            "created",
            "shipping_address",
            "billing_address",
            "phone",
        ]
        read_only_fields = ["user", "total_amount", "status", "is_paid", "created"]
        extra_kwargs = {"billing_address": {"required": False}}
