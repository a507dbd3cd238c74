"""URLs of the cart, below the prefix that the including URLconf gives."""

from __future__ import annotations

from django.urls import path

from partscatalog.cart.api import views

app_name = "partscatalog_cart"

urlpatterns = [
    path("products/", views.CartView.as_view(), name="cart"),
    path("products/<int:product_id>/add/", views.AddView.as_view(), name="add"),
    path("items/<int:item_id>/quantity/", views.QuantityView.as_view(), name="quantity"),
    path("items/<int:item_id>/delete/", views.ItemView.as_view(), name="delete"),
]
