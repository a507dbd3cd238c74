"""The addresses of the API; its serializers name pages of the shop's own, which are there too."""

from __future__ import annotations

from django.apps import apps
from django.urls import include, path
from oscarapi.views.product import Product, ProductList

urlpatterns = [
    # The same list from rows that are fetched as django-oscar's own pages fetch them.
    path("api/prefetched/", ProductList.as_view(queryset=Product.objects.browsable().base_queryset())),
    path("api/", include("oscarapi.urls")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
