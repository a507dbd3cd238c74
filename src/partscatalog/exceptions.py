"""The family of errors that services raise: each has a stable code, a status and its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise


class PartsCatalogError(Exception):
    """A refusal that a caller can act on.

    ``code`` never changes between releases and is the same in every language. ``facts`` are what the
    caller needs to go on; the API puts them beside the text.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    text: ClassVar[str | Promise] = _("The request was refused.")

    def __init__(self, text: str | Promise | None = None, **facts: Any) -> None:
        super().__init__(str(text or self.text))
        self.detail = text or self.text
        self.facts = facts


class InvalidField(PartsCatalogError):
    """What was sent in one field cannot be taken; the texts stand under the field's name."""

    code = "invalid"

    def __init__(self, field: str, *texts: str | Promise) -> None:
        super().__init__(texts[0], **{field: list(texts)})


class NotFound(PartsCatalogError):
    """There is no such thing, or it is not the caller's: the two look alike."""

    status = 404
    code = "not_found"
    text = _("Not found.")


class InvalidCredentials(PartsCatalogError):
    """E-mail and password open no account; which of them is wrong is not told."""

    status = 401
    code = "invalid_credentials"
    text = _("The email or the password is wrong.")


class InvalidToken(PartsCatalogError):
    """The token is malformed, expired, used up, revoked by a new password, or of another kind or user."""

    status = 401
    code = "invalid_token"
    text = _("The token is invalid or expired.")


class Conflict(PartsCatalogError):
    """The state of things does not allow it now."""

    status = 409
    code = "conflict"


class Busy(PartsCatalogError):
    """A database conflict outlasted its retries; the same request may be sent again."""

    status = 503
    code = "unavailable"
    text = _("The shop is busy. Try again in a moment.")


class InUse(Conflict):
    """A category or brand that others refer to is not deleted."""

    code = "in_use"
    text = _("It is in use and cannot be deleted.")


class InvalidMove(PartsCatalogError):
    """A category cannot stand below itself or deeper than the tree may grow."""

    code = "invalid"
    text = _("A category cannot stand there in the tree.")

    def __init__(self) -> None:
        super().__init__(parent=[self.text])


class OutOfStock(PartsCatalogError):
    """More was asked for than there is; nothing was taken. ``items`` says of what."""

    code = "out_of_stock"
    text = _("Some products are out of stock.")


class ProductUnavailable(PartsCatalogError):
    """A product of the cart is no longer sold. ``items`` says which."""

    code = "product_unavailable"
    text = _("Some products are no longer sold.")


class CartEmpty(PartsCatalogError):
    """There is nothing in the cart to order."""

    code = "cart_empty"
    text = _("Cart is empty.")


class CartLimit(PartsCatalogError):
    """The cart, or one line of it, would pass the site's limit. ``limit`` says which."""

    code = "cart_limit"
    text = _("The cart is full.")


class CartChanged(Conflict):
    """Merging the guest's cart had to lower a quantity, so nothing was ordered; the cart shows where."""

    code = "cart_changed"
    text = _("The cart was changed. Look at it before you order.")


class TotalChanged(Conflict):
    """The total is no longer what the buyer was shown. ``total_amount`` is the new one."""

    code = "total_changed"
    text = _("The total has changed.")


class TotalTooLarge(PartsCatalogError):
    """The order's total passes what can be kept and paid."""

    code = "total_too_large"
    text = _("The total is too large for one order.")


class IllegalMove(Conflict):
    """The order's state does not allow this move."""

    code = "illegal_move"
    text = _("The order cannot go to that state.")


class IdempotencyMismatch(PartsCatalogError):
    """The same ``Idempotency-Key`` came with another body."""

    status = 422
    code = "idempotency_mismatch"
    text = _("This Idempotency-Key was used for another request.")


class OrderAlreadyPaid(PartsCatalogError):
    """There is nothing left to pay."""

    code = "order_already_paid"
    text = "Order is already paid."


class OrderNotPayable(PartsCatalogError):
    """The order was cancelled, has expired or was refunded."""

    code = "order_not_payable"
    text = _("The order can no longer be paid. Place a new one.")


class PaymentAlreadyInitialized(PartsCatalogError):
    """An attempt is open. ``reference``, ``access_code`` and ``authorization_url`` say which it is."""

    code = "payment_already_initialized"
    text = "Payment already initialized."


class GatewayFailed(PartsCatalogError):
    """The payment gateway failed to begin a payment, or is not set up."""

    status = 500
    code = "gateway_error"
    text = "Payment gateway error"


class GatewayUnavailable(PartsCatalogError):
    """The payment gateway does not answer now; nothing was changed."""

    status = 503
    code = "gateway_unavailable"
    text = _("The payment gateway does not answer. Try again in a moment.")


class PaymentNotPaid(PartsCatalogError):
    """The payment is not there, as far as the gateway knows."""

    code = "payment_pending"
    text = "Payment verification failed."


class PaymentFailed(PaymentNotPaid):
    """The gateway says that it failed; a new one may be begun."""

    code = "payment_failed"


class PaymentInReview(PaymentNotPaid):
    """Money came in that does not fit; staff decide about it."""

    code = "payment_in_review"


class RefundRefused(Conflict):
    """The money cannot be given back: there is less of it left, or the gateway said no."""

    code = "refund_refused"
    text = _("The payment cannot be refunded.")


class ReviewRefused(Conflict):
    """What staff decided does not go with why the payment needs review."""

    code = "review_refused"
    text = _("The payment cannot be settled that way.")


class InvalidWebhook(PartsCatalogError):
    """The webhook is not proven to be the provider's, or cannot be read."""

    code = "invalid_webhook"
    text = _("The webhook's signature or body is not valid.")
