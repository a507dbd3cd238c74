"""The payments' doors for the shop's staff: look at one, and give its money back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from partscatalog.api.authentication import BearerAuthentication
from partscatalog.api.permissions import person
from partscatalog.api.views import PersonalView
from partscatalog.exceptions import NotFound
from partscatalog.orders.api.keys import idempotency_key
from partscatalog.payments.api import documentation as docs
from partscatalog.payments.api.serializers import (
    PaymentSerializer,
    RefundRequestSerializer,
    RefundSerializer,
)
from partscatalog.payments.models import Payment
from partscatalog.payments.services.refunding import RefundOrder, refund_payment

if TYPE_CHECKING:
    from rest_framework.request import Request


class StaffView(PersonalView):
    """Answers staff with Django's ``permission``; to everybody else there is no such payment."""

    app = "payments"
    authentication_classes = [BearerAuthentication, SessionAuthentication]
    permission: ClassVar[str]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        user = request.user
        if not getattr(user, "is_staff", False):
            raise NotFound
        if not user.has_perm(self.permission):
            raise PermissionDenied


class PaymentDetailView(StaffView):
    permission = "partscatalog_payments.view_payment"

    @extend_schema(**docs.DETAIL)
    def get(self, request: Request, reference: str) -> Response:
        return Response(PaymentSerializer(_payment(reference)).data)


class RefundView(StaffView):
    permission = "partscatalog_payments.add_refund"

    @extend_schema(**docs.REFUND)
    def post(self, request: Request, reference: str) -> Response:
        payment = _payment(reference)
        currency = payment.received_currency or payment.currency
        serializer = RefundRequestSerializer(data=request.data, context={"currency": currency})
        serializer.is_valid(raise_exception=True)
        refund = refund_payment(
            RefundOrder(
                payment=payment,
                actor=person(request),
                amount=serializer.validated_data.get("amount"),
                restock=serializer.validated_data["restock"],
                key=idempotency_key(request, {"payment": payment.reference, "asked": request.data}),
            )
        )
        return Response(RefundSerializer(refund).data, status=status.HTTP_201_CREATED)


def _payment(reference: str) -> Payment:
    payment = Payment.objects.prefetch_related("refunds", "events").named(reference)
    if payment is None:
        raise NotFound
    return payment
