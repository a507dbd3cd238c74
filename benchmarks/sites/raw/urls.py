"""The raw view and, as in every new project, the admin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpResponse
from django.urls import path

if TYPE_CHECKING:
    from django.http import HttpRequest

BODY = json.dumps([{"id": n, "text": "x" * 600} for n in range(20)]).encode()


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, content_type="application/json")


urlpatterns = [path("", answer), path("admin/", admin.site.urls)]
