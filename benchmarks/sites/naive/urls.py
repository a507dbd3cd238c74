"""The naive shop's addresses, those of product.md."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from benchmarks.sites.naive import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/users/register/", views.RegisterView.as_view()),
    path("api/categories/", views.CategoryListView.as_view()),
    path("api/categories/<slug:cat_slug>/products/", views.CategoryProductListView.as_view()),
    path(
        "api/categories/<slug:cat_slug>/products/<slug:product_slug>/",
        views.ProductDetailView.as_view(),
    ),
    path("api/products/", views.ProductListView.as_view()),
    path("api/carts/products/<int:product_id>/add/", views.AddToCartView.as_view()),
    path("api/carts/products/", views.CartView.as_view()),
    path("api/orders/orders/create/", views.CreateOrderView.as_view()),
    path("api/orders/orders/", views.OrderListView.as_view()),
]
