"""URLs of the orders, below the prefix that the including URLconf gives."""

from __future__ import annotations

from django.urls import path

from partscatalog.orders.api import views

app_name = "partscatalog_orders"

urlpatterns = [
    path("orders/", views.OrderListView.as_view(), name="order-list"),
    path("orders/create/", views.OrderCreateView.as_view(), name="order-create"),
    path("orders/<int:order_id>/", views.OrderDetailView.as_view(), name="order-detail"),
    path("orders/<int:order_id>/cancel/", views.OrderCancelView.as_view(), name="order-cancel"),
]
