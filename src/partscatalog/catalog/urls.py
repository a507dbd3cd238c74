"""URLs of the catalog, below the prefix that the including URLconf gives."""

from __future__ import annotations

from django.urls import path

from partscatalog.catalog.api import facets, images, views

app_name = "partscatalog_catalog"

urlpatterns = [
    path("products/", views.ProductListView.as_view(), name="product-list"),
    path("products/facets/", facets.FacetsView.as_view(), name="facets"),
    path("categories/", views.CategoryListView.as_view(), name="category-list"),
    path("categories/<str:cat_slug>/", views.CategoryView.as_view(), name="category"),
    path(
        "categories/<str:cat_slug>/products/",
        views.CategoryProductListView.as_view(),
        name="category-product-list",
    ),
    path(
        "categories/<str:cat_slug>/products/facets/",
        facets.CategoryFacetsView.as_view(),
        name="category-facets",
    ),
    path(
        "categories/<str:cat_slug>/products/<str:product_slug>/", views.ProductView.as_view(), name="product"
    ),
    path(
        "categories/<str:cat_slug>/products/<str:product_slug>/images/",
        images.ImageListView.as_view(),
        name="image-list",
    ),
    path(
        "categories/<str:cat_slug>/products/<str:product_slug>/images/<int:image_id>/",
        images.ImageView.as_view(),
        name="image",
    ),
    path("brands/", views.BrandListView.as_view(), name="brand-list"),
    path("brands/<str:slug>/", views.BrandView.as_view(), name="brand"),
]
