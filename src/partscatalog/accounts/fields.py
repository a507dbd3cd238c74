"""The model field behind :class:`partscatalog.accounts.models.AbstractEmailUser`."""

from __future__ import annotations

from typing import Any

from django.db import models

from partscatalog.accounts import emails


class NormalEmailField(models.EmailField):  # type: ignore[type-arg]  # no field takes arguments at run time
    """An e-mail address that is kept and looked up in its normal form, whoever writes it.

    So a plain unique column refuses twins on every database. Migrations see a plain ``EmailField``.
    """

    def to_python(self, value: Any) -> Any:
        return _normal(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _normal(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001  # Django's signature
        value = _normal(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs


def _normal(value: Any) -> Any:
    return emails.normalise(value) if isinstance(value, str) else value
