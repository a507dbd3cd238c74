"""The base of the admin's pages for our models: a hand-made request is refused and is never a crash."""

from __future__ import annotations

import codecs
import re
from contextlib import nullcontext
from functools import wraps
from typing import TYPE_CHECKING, Any

import django
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, ValidationError
from django.db import DatabaseError, connections, transaction
from django.forms import ModelMultipleChoiceField
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Field, Model, QuerySet
    from django.http import HttpRequest, HttpResponse


class ShopChangeList(ChangeList):
    """A list that refuses a filter which only the database finds wrong, as Django refuses others."""

    def get_results(self, request: HttpRequest) -> None:
        connection = connections[self.queryset.db]
        # A statement that fails must not take a host's transaction with it.
        apart = transaction.atomic(connection.alias) if connection.in_atomic_block else nullcontext()
        try:
            with apart:
                super().get_results(request)
        except (DatabaseError, IndexError, OverflowError, TypeError, ValueError) as error:
            if not self.filter_params:
                raise
            raise IncorrectLookupParameters(error) from error


class KeyedAutocompleteSelect(AutocompleteSelect):
    """A choice that takes what can be nobody's key as none; Django would ask the database for it."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        key = self.field.target_field
        return super().optgroups(name, [text for text in value if may_be_key(key, text)], attr)


class KeyedMultipleChoiceField(ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Choices of which one that can be nobody's key is no choice; Django would ask the database for it."""

    def clean(self, value: Any) -> Any:
        rows: Any = self.queryset
        key = rows.model._meta.pk
        for chosen in value if isinstance(value, list | tuple) else ():
            if not may_be_key(key, chosen):
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": chosen}
                )
        return super().clean(value)


class ShopModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """The pages of one model; ``get_own_urls`` names those that Django has not."""

    def get_own_urls(self) -> list[Any]:
        return []

    def get_urls(self) -> list[Any]:
        urls = [*self.get_own_urls(), *super().get_urls()]
        for url in urls:
            url.callback = in_utf8(url.callback)
        return urls

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ShopChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find nothing by a text that no database can hold."""
        if "\x00" in search_term:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeyedAutocompleteSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", KeyedMultipleChoiceField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def own_page(
        self, request: HttpRequest, template: str, original: Model, **context: Any
    ) -> TemplateResponse:
        """Return a page about one row, with the way to it; ``here`` in the context is its last step."""
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        steps = [
            ("index", [], _("Home")),
            ("app_list", [self.opts.app_label], self.opts.app_config.verbose_name),
            (f"{model}_changelist", [], capfirst(self.opts.verbose_name_plural)),
            (f"{model}_change", [original.pk], original),
        ]
        site = self.admin_site
        crumbs = [
            (reverse(f"admin:{name}", args=args, current_app=site.name), text) for name, args, text in steps
        ]
        shown = {
            **site.each_context(request),
            "opts": self.opts,
            "original": original,
            "crumbs": crumbs,
            "crumbs_are_list": django.VERSION >= (6, 1),
        }
        return TemplateResponse(request, template, {**shown, **context})

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":
            self._verify_keys(request)
        return super().changelist_view(request, extra_context)

    def _verify_keys(self, request: HttpRequest) -> None:
        """Refuse to look up the chosen and the edited rows of a list by what can be nobody's key."""
        key = self.opts.pk
        edited = re.compile(rf"form-\d+-{re.escape(key.name)}")
        for name, values in request.POST.lists():
            if name != ACTION_CHECKBOX_NAME and not edited.fullmatch(name):
                continue
            if not all(may_be_key(key, value) for value in values):
                raise BadRequest(f"{name} is no key.")


def in_utf8(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse another charset: some decode to what nothing can encode, and some are none for text."""

    @wraps(view)
    def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            raise BadRequest("The request is not in UTF-8.")
        return view(request, *args, **kwargs)

    return refusing


def may_be_key(field: Field[Any, Any], value: Any) -> bool:
    """Tell whether a row could have this key: it is of the right kind and size."""
    if "\x00" in str(value):
        return False
    try:
        field.clean(value, None)
    except ValidationError:
        return False
    return True
