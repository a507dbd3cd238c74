"""URLs of the demo site: the API with its documentation, the admin, media and a front page."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

from config import views

# Plain names in at most five folders: no dot in front, so neither hidden files nor "..".
MEDIA = r"^media/(?P<path>(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}/){0,5}[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99})\Z"

api: list[URLPattern | URLResolver] = [
    path("", views.ApiIndex.as_view(), name="api-index"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(), name="swagger"),
    path("redoc/", SpectacularRedocView.as_view(template_name="redoc.html"), name="redoc"),
    path("", include("partscatalog.urls")),
    re_path("", views.api_not_found),
]

urlpatterns = [
    path("", views.front_page, name="front-page"),
    # Redirects of our own: Django's would raise under DEBUG for a POST.
    path("api", csrf_exempt(RedirectView.as_view(pattern_name="api-index", query_string=True))),
    path("api/", include(api)),
    path("admin", RedirectView.as_view(pattern_name="admin:index", query_string=True)),
    path("admin/", admin.site.urls),
    re_path(MEDIA, views.media),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
