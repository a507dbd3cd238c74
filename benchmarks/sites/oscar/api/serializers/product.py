"""A list whose products carry price and stock instead of the addresses where to ask for each."""

from __future__ import annotations

from typing import Any

from oscar.core.loading import get_class
from oscarapi.serializers import product as base
from rest_framework import serializers

Selector = get_class("partner.strategy", "Selector")


class ProductLinkSerializer(base.ProductLinkSerializer):
    price = serializers.SerializerMethodField()
    availability = serializers.SerializerMethodField()

    def get_price(self, product: Any) -> dict[str, Any]:
        price = self._info(product).price
        return {"currency": price.currency, "incl_tax": str(price.incl_tax)}

    def get_availability(self, product: Any) -> dict[str, Any]:
        return dict(base.AvailabilitySerializer(self._info(product).availability).data)

    def _info(self, product: Any) -> Any:
        """Return price and availability, looked up once for each product."""
        if not hasattr(product, "benchmark_info"):
            request = self.context["request"]
            strategy = Selector().strategy(request=request, user=request.user)
            product.benchmark_info = strategy.fetch_for_product(product)
        return product.benchmark_info
