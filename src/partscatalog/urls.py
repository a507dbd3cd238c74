"""The whole shop API in one include; each app's urls can be included alone as well."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("partscatalog.catalog.urls")),
    path("carts/", include("partscatalog.cart.urls")),
    path("users/", include("partscatalog.accounts.urls")),
    path("orders/", include("partscatalog.orders.urls")),
    path("payments/", include("partscatalog.payments.urls")),
]
