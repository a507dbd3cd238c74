"""Who may read and change the catalog: everybody, and staff by token or session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS

from partscatalog.api.authentication import LenientBearerAuthentication
from partscatalog.api.permissions import ReadOrModelPermission
from partscatalog.api.views import ShopView
from partscatalog.conf import get_settings
from partscatalog.exceptions import NotFound

if TYPE_CHECKING:
    from django.db.models import Model
    from rest_framework.serializers import Serializer


def has_permissions_of_the_site() -> bool:
    """Tell whether the site asks permissions of its own before anybody reads the catalog."""
    return bool(get_settings().PERMISSIONS.get("catalog"))


class CatalogView(ShopView):
    """Public to read; a change needs Django's permission on ``permission_model``.

    The session is looked at for changes alone, with Django's CSRF check: reading sets and asks for none.
    """

    app = "catalog"
    authentication_classes = [LenientBearerAuthentication, SessionAuthentication]
    permission_classes = [ReadOrModelPermission]
    permission_model: ClassVar[type[Model]]

    def get_authenticators(self) -> list[Any]:
        # drf-spectacular asks before there is a request.
        if getattr(self.request, "method", None) in SAFE_METHODS:
            # All get the same answer: who asks is looked up only for whom a site lets in.
            return [LenientBearerAuthentication()] if has_permissions_of_the_site() else []
        return super().get_authenticators()

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Know no slug with a NUL character, which PostgreSQL does not even look for.

        :raises NotFound: then.
        """
        if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
            raise NotFound
        super().initial(request, *args, **kwargs)

    def sent(self, shape: type[Serializer[Any]]) -> dict[str, Any]:
        """Return what the request sends to be written, in the shape of an input serializer.

        A PATCH holds what is to change, a PUT also the defaults of what it leaves out.

        :raises ValidationError: when it has another shape.
        """
        serializer = shape(data=self.request.data, partial=self.request.method == "PATCH")
        serializer.is_valid(raise_exception=True)
        defaults = shape.DEFAULTS if self.request.method == "PUT" else {}  # type: ignore[attr-defined]
        return {**defaults, **serializer.validated_data}
