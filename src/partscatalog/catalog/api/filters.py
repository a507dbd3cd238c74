"""What a list of products can be asked for in the query string."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Value
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from partscatalog.api.fields import MoneyField
from partscatalog.api.pagination import Keyset
from partscatalog.catalog.api.categories import among
from partscatalog.catalog.api.searching import RankedPages, SearchPages
from partscatalog.catalog.facets import Choices
from partscatalog.catalog.models import Brand, Category, Product
from partscatalog.catalog.querysets import of_slug
from partscatalog.catalog.search import MAX_LENGTH, MAX_WORDS, Query, setup, spelling
from partscatalog.exceptions import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from partscatalog.catalog.querysets import CategoryQuerySet, ProductQuerySet

NEWEST = Keyset(ordering=("-created_at", "-id"))
#: A search shows the product whose number it is before all others.
FOUND = Keyset(ordering=("exact", *NEWEST.ordering))
ORDERINGS = {
    sign + column: Keyset(ordering=(sign + column, f"{sign}id"))
    for column in ("price", "name", "created_at")
    for sign in ("", "-")
}


class AmountField(forms.CharField):
    """An amount in the API's one plain form."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return MoneyField().to_internal_value(text) if text else None
        except exceptions.ValidationError as error:
            raise forms.ValidationError([str(message) for message in error.detail]) from error


class SearchField(forms.CharField):
    """Words to search for; none at all search for nothing."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return Query.parse(text) if text else None
        except ValueError as error:
            message = _("Search for at most {words} words and {characters} characters.")
            raise forms.ValidationError(message.format(words=MAX_WORDS, characters=MAX_LENGTH)) from error

    def run_validators(self, value: Any) -> None:
        super().run_validators(" ".join(value.words) if value else value)


class AmountFilter(django_filters.Filter):  # type: ignore[misc]  # the library has no types
    field_class = AmountField


class SearchFilter(django_filters.Filter):  # type: ignore[misc]  # the library has no types
    field_class = SearchField


class _KnownValuesForm(forms.Form):
    """An empty value is no value that a parameter knows; only a search may be empty."""

    def clean(self) -> None:
        for name in self.fields:
            if name != "search" and self.data.get(name) == "":
                self.add_error(name, _("Write a value or leave the parameter out."))


class ProductFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Filters, search and ordering of products; :attr:`keyset` pages what is found.

    Only products of the categories ``within`` are listed, where there are such.
    """

    category = django_filters.CharFilter(method="keep", strip=False)
    brand = django_filters.CharFilter(method="of_brand", strip=False)
    min_price = AmountFilter(field_name="price", lookup_expr="gte", strip=False)
    max_price = AmountFilter(field_name="price", lookup_expr="lte", strip=False)
    in_stock = django_filters.ChoiceFilter(
        choices=[("true", "true"), ("false", "false")], method="with_stock"
    )
    search = SearchFilter(method="find")
    ordering = django_filters.ChoiceFilter(choices=[(name, name) for name in ORDERINGS], method="keep")

    class Meta:
        model = Product
        fields: list[str] = []
        form = _KnownValuesForm

    def __init__(self, *args: Any, within: CategoryQuerySet | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.within = within

    @property
    def keyset(self) -> Keyset:
        """The order of what was found; one that is asked for decides alone."""
        asked, query = self.form.cleaned_data, self.form.cleaned_data["search"]
        order = ORDERINGS[asked["ordering"]] if asked["ordering"] else None
        if not query:
            return among(None if self._has_categories else self.categories, order or NEWEST)
        if not self._is_full_text:
            return order or replace(FOUND, about=query.text)
        return SearchPages(ordering=order.ordering, query=query) if order else RankedPages(query=query)

    @property
    def categories(self) -> CategoryQuerySet | None:
        """Those whose products alone are listed, None for all."""
        slug: str = self.form.cleaned_data["category"]
        if not slug:
            return self.within
        return (Category.objects.all() if self.within is None else self.within).subtree_of(slug)

    @property
    def _has_categories(self) -> bool:
        """Whether products of other categories are left out here, and not by the pages.

        A search has ways of its own, and a brand has an index of each ordering.
        """
        return bool(self.form.cleaned_data["search"] or self.form.cleaned_data["brand"])

    def filter_queryset(self, queryset: ProductQuerySet) -> ProductQuerySet:
        found: ProductQuerySet = super().filter_queryset(queryset)
        if self.categories is None or not self._has_categories:
            return found
        return found.of_categories(self.categories)

    @property
    def _is_full_text(self) -> bool:
        return setup.is_ready(self.queryset.db)

    def verify(self) -> None:
        """Refuse values that no parameter knows.

        :raises ValidationError: with the parameters' names as keys.
        """
        if not self.is_valid():
            raise exceptions.ValidationError(self.errors)

    def verify_slugs(self, below: str = "") -> None:
        """Refuse slugs that name nothing, that of the category of the path first.

        Only an empty page can hide them, so that nobody else pays for the look-up, which is one statement.

        :raises NotFound: when there is no category of the path.
        :raises ValidationError: with the parameters' names as keys.
        """
        known: dict[str, QuerySet[Any]] = {
            "path": Category.objects.visible(),
            "category": Category.objects.visible(),
            "brand": Brand.objects.all(),
        }
        given = {**self.form.cleaned_data, "path": below}
        asked = {name: slug for name in known if (slug := given[name])}
        found = [
            known[name].filter(of_slug(slug)).order_by().values_list(Value(name))
            for name, slug in asked.items()
        ]
        # Django 6.1 sorts a union as the model says, by columns that this one has not.
        names = {name for (name,) in found[0].union(*found[1:]).order_by()} if found else set()
        missing = [name for name in asked if name not in names]
        if "path" in missing:
            raise NotFound
        if missing:
            raise exceptions.ValidationError({name: [_("There is none of this slug.")] for name in missing})

    def of_brand(self, queryset: ProductQuerySet, _name: str, slug: str) -> ProductQuerySet:
        return queryset.of_brand(slug)

    def with_stock(self, queryset: ProductQuerySet, _name: str, value: str) -> ProductQuerySet:
        return queryset.in_stock(value == "true")

    def find(self, queryset: ProductQuerySet, _name: str, query: Query) -> ProductQuerySet:
        # In full text it is the pages that search: they mend typing errors, and know in which order.
        return queryset if self._is_full_text else queryset.matching(query)

    def keep(self, queryset: ProductQuerySet, _name: str, _ordering: str) -> ProductQuerySet:
        return queryset


class FacetFilter(ProductFilter):
    """What facets can be asked for: as a list of products, without an ordering."""

    ordering = None

    @property
    def searched(self) -> ProductQuerySet:
        """The products that the search finds, whatever else was chosen."""
        query = self.form.cleaned_data["search"]
        found: ProductQuerySet = self.queryset.holding(query) if query else self.queryset
        return found

    @property
    def searched_mended(self) -> ProductQuerySet | None:
        """The products that the search finds without its typing errors; None where it has none to mend."""
        query = self.form.cleaned_data["search"]
        mended = spelling.mended(query, self.queryset.db) if query and self._is_full_text else None
        return self.queryset.holding(mended) if mended else None

    @property
    def choices(self) -> Choices:
        """What was chosen."""
        asked = self.form.cleaned_data
        return Choices(
            category=asked["category"],
            brand=asked["brand"],
            min_price=asked["min_price"],
            max_price=asked["max_price"],
            in_stock=asked["in_stock"] == "true" if asked["in_stock"] else None,
            is_search=bool(asked["search"]),
        )
