"""The catalog's tables."""

from __future__ import annotations

from partscatalog.catalog.models.brand import Brand
from partscatalog.catalog.models.category import Category
from partscatalog.catalog.models.change import CatalogChange
from partscatalog.catalog.models.image import ProductImage
from partscatalog.catalog.models.product import Product
from partscatalog.catalog.models.stock import StockMovement

__all__ = ["Brand", "CatalogChange", "Category", "Product", "ProductImage", "StockMovement"]
