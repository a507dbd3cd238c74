"""Stripe's official SDK, put on the bounded way to a provider that all gateways share.

Imported where it is used and never at the top of a module: the SDK is an extra, and takes half a second.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

import stripe

from partscatalog.payments.gateways.base import GatewayError, GatewayRefused, GatewayUnknown
from partscatalog.payments.gateways.transport import Line, Message, parse_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from partscatalog.payments.gateways.options import Secret

#: The version of the API that this package was written for, whatever the account's default is.
API_VERSION = "2026-10-28.endive"

#: How old a signed webhook may be, in seconds.
TOLERANCE = 300

PAGE_SIZE = 100
MAX_PAGES = 10

#: What is kept of the SDK's headers. The key is added by the line, so that it stands in none of its frames,
#: and which machine and system the server is concerns nobody.
HEADERS = frozenset({"Content-Type", "Idempotency-Key", "Stripe-Version", "User-Agent"})

#: Refusals that leave open whether a call, or its twin with the same idempotency key, was carried out.
DOUBTFUL = frozenset({408, 409, 424})

#: Whether the SDK is at work for a gateway of this package.
_is_ours: ContextVar[bool] = ContextVar("is_ours", default=False)

# Otherwise the SDK writes a file into the home of the server's account.
stripe.enable_telemetry = False


class _NoBodies(logging.Filter):
    """Keep what the SDK sends and gets for this package out of its log, which has it at the lowest level."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG or not _is_ours.get()


logging.getLogger("stripe").addFilter(_NoBodies())


class Missing(GatewayRefused):
    """Stripe knows no such object."""


class StripeApi:
    """Stripe's API below one base URL, for one operation of one or more calls within one time bound."""

    def __init__(self, *, base_url: str, secret: Secret, timeout: float) -> None:
        self._client = stripe.StripeClient(
            secret,
            stripe_version=API_VERSION,
            base_addresses={"api": base_url.rstrip("/")},
            max_network_retries=0,
            http_client=_HttpClient(Line(secret=secret, timeout=timeout)),
        )

    def ask(self, call: Callable[[stripe.StripeClient], Any]) -> Mapping[str, Any]:
        """Make a call of the SDK and return the object that Stripe answers.

        :raises Missing: when Stripe knows no such object.
        :raises GatewayRefused: when it certainly did not carry the call out.
        :raises GatewayUnknown: when nobody can say.
        """
        token = _is_ours.set(True)
        try:
            return _document(call(self._client))
        except GatewayError as err:
            failure = type(err)(*err.args)
        except stripe.StripeError as err:
            failure = _failure(err)
        except Exception as err:  # noqa: BLE001  # the SDK breaks in many ways over an answer that is odd
            failure = GatewayUnknown(f"The SDK could not read the answer ({type(err).__name__}).")
        finally:
            _is_ours.reset(token)
        # Out here and without its cause: the SDK's frames hold the key, and error pages show frames.
        raise failure

    def pages(
        self, call: Callable[[stripe.StripeClient, Any], Any], params: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """Give every object of a list; raises as :meth:`ask` does.

        :raises GatewayUnknown: when the list is longer than anyone would wait for.
        """
        wanted = {**params, "limit": PAGE_SIZE}
        for _page in range(MAX_PAGES):
            answer = self._page(call, wanted)
            items = _items(answer)
            yield from items
            if answer.get("has_more") is not True:
                return
            wanted = {**wanted, "starting_after": _cursor(items)}
        raise GatewayUnknown("Stripe's list is too long.")

    def _page(
        self, call: Callable[[stripe.StripeClient, Any], Any], params: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        return self.ask(lambda client: call(client, params))


def is_signed(body: bytes, header: str, *, secrets: Sequence[Secret]) -> bool:
    """Tell whether the header proves the body, by one of the secrets, and is not too old."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    # The verifier raises TypeError when it compares a signature that is not ASCII.
    return header.isascii() and any(_is_signed_by(text, header, secret) for secret in secrets)


def _is_signed_by(text: str, header: str, secret: Secret) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(text, header, secret, TOLERANCE))
    except (stripe.SignatureVerificationError, ValueError, TypeError):
        return False


class _HttpClient(stripe.HTTPClient):
    """Send what the SDK has written, and hand it the answer without its headers."""

    name: ClassVar[str] = "partscatalog"

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        kept = {name: value for name, value in (headers or {}).items() if name in HEADERS}
        body = post_data.encode() if post_data is not None else None
        received = self._line.send(Message(method=method.upper(), url=url, headers=kept, body=body))
        return received.body.decode("utf-8", "replace"), received.status, {}

    def close(self) -> None:
        """Nothing is kept open."""


def _document(answer: Any) -> Mapping[str, Any]:
    """Return what Stripe answered as it was: the SDK's own objects are no dicts."""
    document = answer.last_response.data
    if not isinstance(document, dict):
        raise GatewayUnknown("Stripe gave no usable answer.")
    return document


def _items(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = answer.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise GatewayUnknown("Stripe gave no usable list.")
    return items


def _cursor(items: Sequence[Mapping[str, Any]]) -> str:
    last = items[-1].get("id") if items else None
    if not isinstance(last, str):
        raise GatewayUnknown("Stripe's list does not go on.")
    return last


def _failure(error: stripe.StripeError) -> GatewayError:
    status, code = error.http_status, _code(error)
    if status == 404 and code == "resource_missing":
        return Missing("Stripe knows no such object.")
    is_doubtful = status in DOUBTFUL or isinstance(error, stripe.IdempotencyError)
    if status is not None and 400 <= status < 500 and not is_doubtful:
        return GatewayRefused(f"Stripe refused with {status} {code}.")
    return GatewayUnknown(f"Stripe gave no usable answer ({status} {code}).")


def _code(error: stripe.StripeError) -> str:
    """Return Stripe's own word for what is wrong, where it is one that may be logged."""
    document = parse_object((error.http_body or "").encode("utf-8", "replace")) or {}
    details = document.get("error")
    code = details.get("code") if isinstance(details, dict) else None
    return (
        code if isinstance(code, str) and code.isascii() and code.isidentifier() and len(code) < 60 else "-"
    )
