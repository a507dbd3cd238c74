"""Several calls to Paystack that together take no longer than one may."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from partscatalog.payments.gateways.base import GatewayUnknown
from partscatalog.payments.gateways.transport import Answer, JsonApi

if TYPE_CHECKING:
    from collections.abc import Mapping


class Calls:
    """The API with one deadline, so that a refund is surely over when its outcome is asked for."""

    def __init__(self, api: JsonApi) -> None:
        self._whole = api
        self._deadline = time.monotonic() + api.timeout

    def get(self, path: str) -> Answer:
        """Ask for a resource; raises as :class:`JsonApi` does."""
        return self._api().get(path)

    def post(self, path: str, document: Mapping[str, object]) -> Answer:
        """Send a JSON document; raises as :class:`JsonApi` does."""
        return self._api().post(path, document)

    def _api(self) -> JsonApi:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise GatewayUnknown("The whole time for the call is used up.")
        return JsonApi(base_url=self._whole.base_url, secret=self._whole.secret, timeout=left)
