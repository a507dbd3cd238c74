"""URLs of the tests' project: the whole API at /api/ and the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("partscatalog.urls")),
    path("admin/", admin.site.urls),
]
