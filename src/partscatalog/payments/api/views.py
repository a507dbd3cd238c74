"""The payments' doors: begin one, ask whether it is there, and take in what providers tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from partscatalog.api.pagination import absolute_url
from partscatalog.api.permissions import person
from partscatalog.api.views import PersonalView, ShopView
from partscatalog.conf import get_settings
from partscatalog.exceptions import InvalidWebhook, NotFound
from partscatalog.orders.api.views import own_order
from partscatalog.payments.addresses import RETURN_PAGE, return_url
from partscatalog.payments.api import documentation as docs
from partscatalog.payments.gateways.options import SecretBody
from partscatalog.payments.models import Payment
from partscatalog.payments.services.starting import start_payment
from partscatalog.payments.services.verifying import verify_payment
from partscatalog.payments.services.webhooks import receive

if TYPE_CHECKING:
    from rest_framework.request import Request

#: Larger than any event of a provider.
WEBHOOK_BYTES = 256 * 1024


class PaymentCreateView(PersonalView):
    app = "payments"
    throttle_scope = "payment"

    @extend_schema(**docs.CREATE)
    def post(self, request: Request, order_id: int) -> Response:
        pages_path = _pages_path(request)
        user = person(request)
        started = start_payment(
            order=own_order(request, order_id),
            email=str(getattr(user, user.get_email_field_name(), "")),
            alias=_alias(request),
            return_url=return_url(pages_path),
            pages_url=absolute_url(request, pages_path),
        )
        return Response(
            {
                "reference": started.reference,
                "access_code": started.access_code,
                "authorization_url": started.authorization_url,
            }
        )


class PaymentVerifyView(PersonalView):
    app = "payments"
    throttle_scope = "payment"

    @extend_schema(**docs.VERIFY)
    def get(self, request: Request) -> Response:
        reference = request.query_params.get("reference")
        if not reference:
            raise ValidationError({"reference": [_("Name the payment.")]})
        payment = Payment.objects.for_user(person(request)).named(reference)
        if payment is None:
            raise NotFound
        verify_payment(payment)
        return Response({"detail": "Payment verified and order marked as paid."})


class WebhookView(ShopView):
    """Open to whoever has the provider's signature: no permission that a site adds keeps a provider out."""

    authentication_classes = []
    is_raw = True

    @extend_schema(**docs.WEBHOOK)
    def post(self, request: Request, alias: str) -> Response:
        receive(alias=alias, headers=request.headers, body=_raw_body(request))
        return Response({"received": True})


def _alias(request: Request) -> str:
    """Return the gateway that the request names, else the site's default.

    :raises ValidationError: when the site has no such gateway.
    """
    settings = get_settings()
    alias = request.query_params.get("gateway", settings.PAYMENT_GATEWAY)
    if "gateway" in request.query_params and alias not in settings.PAYMENT_GATEWAYS:
        raise ValidationError({"gateway": [_("There is no such gateway.")]})
    return alias


def _pages_path(request: Request) -> str:
    """Return the path below which this request's site has mounted the payment URLs."""
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    return reverse(f"{namespace}:return").removesuffix(RETURN_PAGE)


def _raw_body(request: Request) -> bytes:
    """Return the bytes as they came: the signature is theirs, not that of what a parser makes of them.

    :raises InvalidWebhook: when there are more than any provider sends; no more than that is read.
    """
    body = SecretBody(request.stream.read(WEBHOOK_BYTES + 1) if request.stream else b"")
    if len(body) > WEBHOOK_BYTES:
        raise InvalidWebhook
    return body
