"""The staff's doors to pictures of products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from partscatalog.api.parsers import MAX_BYTES, PlainMultiPartParser
from partscatalog.catalog.api import documentation as docs
from partscatalog.catalog.api.access import CatalogView
from partscatalog.catalog.api.inputs import ImageChange, ImageInput
from partscatalog.catalog.api.serializers import ProductImageSerializer
from partscatalog.catalog.api.views import staff_product
from partscatalog.catalog.models import ProductImage
from partscatalog.catalog.services import images
from partscatalog.conf import get_settings
from partscatalog.exceptions import NotFound

if TYPE_CHECKING:
    from rest_framework.request import Request


class PictureParser(PlainMultiPartParser):
    """A multipart body that has room for the largest picture."""

    @property
    def most_bytes(self) -> int:
        return get_settings().IMAGE_MAX_BYTES + MAX_BYTES


class ImageListView(CatalogView):
    permission_model = ProductImage
    parser_classes = [PictureParser]

    @extend_schema(**docs.IMAGE_CREATE)
    def post(self, request: Request, cat_slug: str, product_slug: str) -> Response:
        sent = self.sent(ImageInput)
        image = images.add(product=staff_product(cat_slug, product_slug), file=sent.pop("image"), **sent)
        return Response(_shown(image, request), status=status.HTTP_201_CREATED)


class ImageView(CatalogView):
    permission_model = ProductImage

    @extend_schema(**docs.IMAGE_CHANGE)
    def patch(self, request: Request, cat_slug: str, product_slug: str, image_id: int) -> Response:
        image = images.change(_image(cat_slug, product_slug, image_id), self.sent(ImageChange))
        return Response(_shown(image, request))

    @extend_schema(**docs.IMAGE_DELETE)
    def delete(self, request: Request, cat_slug: str, product_slug: str, image_id: int) -> Response:
        images.delete(_image(cat_slug, product_slug, image_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _image(cat_slug: str, product_slug: str, image_id: int) -> ProductImage:
    image = staff_product(cat_slug, product_slug).images.filter(pk=image_id).first()
    if image is None:
        raise NotFound
    return image


def _shown(image: ProductImage, request: Request) -> Any:
    return ProductImageSerializer(image, context={"request": request}).data
