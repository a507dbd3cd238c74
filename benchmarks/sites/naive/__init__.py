"""A shop written from product.md in an afternoon, by somebody who knows Django REST Framework."""
