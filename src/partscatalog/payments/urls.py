"""URLs of the payments, below the prefix that the including URLconf gives."""

from __future__ import annotations

from django.urls import path

from partscatalog.payments.addresses import RETURN_PAGE
from partscatalog.payments.api import staff, views
from partscatalog.payments.pages import ReturnPage
from partscatalog.payments.sandbox.views import PayPage

app_name = "partscatalog_payments"

urlpatterns = [
    path("create/<int:order_id>/", views.PaymentCreateView.as_view(), name="create"),
    path("verify/", views.PaymentVerifyView.as_view(), name="verify"),
    path("webhooks/<str:alias>/", views.WebhookView.as_view(), name="webhook"),
    path(RETURN_PAGE, ReturnPage.as_view(), name="return"),
    path("sandbox/<str:access_code>/", PayPage.as_view(), name="sandbox"),
    path("<str:reference>/", staff.PaymentDetailView.as_view(), name="detail"),
    path("<str:reference>/refunds/", staff.RefundView.as_view(), name="refunds"),
]
