"""The catalog in the admin: forms over the same services and rules as the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import router, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from partscatalog import money, numbers
from partscatalog.admin import ShopModelAdmin
from partscatalog.api.permissions import person
from partscatalog.catalog import tree
from partscatalog.catalog.models import Brand, Category, Product, ProductImage, StockMovement
from partscatalog.catalog.models.fields import MAX_STOCK
from partscatalog.catalog.services import images, products, stock
from partscatalog.conf import get_settings
from partscatalog.exceptions import InvalidField, InvalidMove, PartsCatalogError
from partscatalog.forms import WholeNumberField

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

#: Movements shown with a product; all of them are in the list of movements.
SHOWN_MOVEMENTS = 20


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A category whose place is tried before it is saved."""

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        if "parent" not in self.changed_data:
            return parent
        try:
            tree.verify_place(self.instance, parent)
        except InvalidMove as error:
            raise ValidationError(str(error.detail)) from error
        return parent


@admin.register(Category)
class CategoryAdmin(ShopModelAdmin):
    form = CategoryForm
    list_display = ["indented", "slug", "is_active", "is_visible"]
    list_display_links = ["indented"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug"]
    ordering = ["path"]
    fields = ["parent", "name", "slug", "description", "is_active"]
    autocomplete_fields = ["parent"]

    @admin.display(description=_("name"), ordering="path")
    def indented(self, category: Category) -> str:
        return format_html('<span style="padding-left: {}em">{}</span>', 2 * category.depth, category.name)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj else []

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try a new place in the tree under the tree's lock, so that it is still free when it is taken."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with transaction.atomic(router.db_for_write(Category)):
            tree.lock(Category)
            return super().changeform_view(request, *args, **kwargs)


@admin.register(Brand)
class BrandAdmin(ShopModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj else []


class ProductImageForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A picture that is looked through before it is kept."""

    class Meta:
        model = ProductImage
        fields = ["image", "alt_text", "position"]
        field_classes = {"position": WholeNumberField}

    def clean_image(self) -> Any:
        file = self.cleaned_data["image"]
        if "image" in self.changed_data:
            try:
                images.verify(file)
            except InvalidField as error:
                raise ValidationError(str(error.detail)) from error
            file.seek(0)
        return file


class ProductImageInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """Pictures are added and removed; to show another one, do both."""

    model = ProductImage
    form = ProductImageForm
    extra = 1
    readonly_fields = ["preview"]

    @admin.display(description=_("preview"))
    def preview(self, image: ProductImage) -> str:
        name = image.thumbnails.get("small")
        return format_html('<img src="{}" alt="">', image.image.storage.url(name)) if name else ""


class StockMovementInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """The product's latest movements, to look at."""

    model = StockMovement
    fields = readonly_fields = ("created_at", "delta", "reason", "note", "order_id", "actor")
    extra = 0
    can_delete = False
    verbose_name_plural = _("latest stock movements")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        movements = super().get_queryset(request).select_related("actor")
        product = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if not product or not product.isdecimal():
            return movements
        latest = movements.filter(product=product).values_list("pk", flat=True)[:SHOWN_MOVEMENTS]
        return movements.filter(pk__in=list(latest))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NumberedAdmin(ShopModelAdmin):
    """A list in which a part number is found in any spelling, too."""

    normalised_column = "number_normalised"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        column = self.normalised_column
        if number := numbers.normalise(search_term):
            found |= queryset.filter(**{f"{column}__contains": number})
            found |= queryset.filter(**{f"{column}__in": numbers.candidates(search_term)})
        return found, may_repeat


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A product whose number is tried before it is saved; an empty number is none."""

    def clean_number(self) -> str | None:
        return self.cleaned_data["number"] or None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        brand, number = data.get("brand"), data.get("number")
        if brand and number:
            twins = Product.objects.of_number(brand, number)
            if twins.exclude(pk=self.instance.pk or 0).exists():
                self.add_error("number", _("The brand has another product of this number."))
        return data


class AdjustmentForm(forms.Form):
    """A difference of stock, and why."""

    delta = WholeNumberField(label=_("Difference"), help_text=_("Such as 5 or -2."))
    note = forms.CharField(label=_("Reason"), max_length=200)

    def clean_delta(self) -> int:
        delta: int = self.cleaned_data["delta"]
        if not delta or abs(delta) > MAX_STOCK:
            raise ValidationError(_("Write by how many pieces the stock changes."))
        return delta


@admin.register(Product)
class ProductAdmin(NumberedAdmin):
    """Products; the stock is given when one is added, and afterwards changed by differences alone."""

    form = ProductForm
    inlines = [ProductImageInline, StockMovementInline]
    list_display = ["name", "part_number", "price", "is_active", "stock"]
    list_editable = ["price", "is_active"]
    list_filter = ["is_active", "category", "brand"]
    list_select_related = ["brand"]
    search_fields = ["number", "number_normalised", "name", "slug", "brand__name"]
    autocomplete_fields = ["category", "brand"]
    ordering = ["-created_at", "-pk"]
    show_full_result_count = False
    change_form_template = "admin/partscatalog_catalog/product/change_form.html"
    fields = [
        "name",
        "slug",
        "category",
        "brand",
        "number",
        "price",
        "stock",
        "description",
        "attributes",
        "is_active",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug", "stock", "plain_price"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = list(super().get_fields(request, obj))
        return fields if obj is None or self.has_change_permission(request, obj) else _plainly_priced(fields)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        is_editable = self.has_change_permission(request) and IS_POPUP_VAR not in request.GET
        return columns if is_editable else _plainly_priced(columns)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "price" and field:
            # Django's own class for a field as wide as a number needs.
            field.widget.attrs["class"] = "vBigIntegerField"
        return field

    @admin.display(description=_("part number"), ordering="number")
    def part_number(self, product: Product) -> str:
        """Name the brand above its number: two columns would push the stock off the page."""
        return format_html("{}<br>{}", product.brand or "", product.number or "")

    @admin.display(description=_("price"), ordering="price")
    def plain_price(self, product: Product) -> str:
        return money.format_amount(product.price, get_settings().CURRENCY)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[Any]]:
        return [ProductImageInline, StockMovementInline] if obj else [ProductImageInline]

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        products.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        for product in queryset:
            products.delete(product)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Keep new pictures by the service; what was changed or deleted is saved as it is."""
        if formset.model is not ProductImage:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for image, changed in formset.changed_objects:
            images.change(image, {name: getattr(image, name) for name in changed if name != "image"})
        for image in formset.deleted_objects:
            images.delete(image)
        for image in formset.new_objects:
            images.add(
                product=image.product, file=image.image.file, alt_text=image.alt_text, position=image.position
            )

    def get_own_urls(self) -> list[Any]:
        adjust = path(
            "<int:product_id>/adjust/",
            self.admin_site.admin_view(self.adjust),
            name="partscatalog_catalog_product_adjust",
        )
        return [adjust]

    def adjust(self, request: HttpRequest, product_id: int) -> HttpResponse:
        """Ask for a difference and a reason, and have the stock service book it."""
        product = get_object_or_404(Product, pk=product_id)
        if not self.has_change_permission(request, product):
            raise PermissionDenied
        form = AdjustmentForm(request.POST or None)
        if form.is_valid() and self._booked(request, product, form):
            return HttpResponseRedirect(
                reverse("admin:partscatalog_catalog_product_change", args=[product.pk])
            )
        return self.own_page(
            request,
            "admin/partscatalog_catalog/product/adjust.html",
            product,
            title=_("Adjust the stock of %(product)s") % {"product": product},
            here=_("Adjust stock"),
            form=form,
        )

    def _booked(self, request: HttpRequest, product: Product, form: AdjustmentForm) -> bool:
        try:
            stock.adjust(product=product, actor=person(request), **form.cleaned_data)
        except PartsCatalogError as error:
            form.add_error("delta", str(error.detail))
            return False
        messages.success(request, _("The stock was adjusted."))
        return True


def _plainly_priced(names: list[Any]) -> list[Any]:
    """Name the price that is only shown; for the column itself Django would write all its decimals."""
    return ["plain_price" if name == "price" else name for name in names]


@admin.register(StockMovement)
class StockMovementAdmin(NumberedAdmin):
    """The whole ledger, to look at."""

    list_display = ["created_at", "product", "delta", "reason", "note", "order_id", "actor"]
    list_filter = ["reason"]
    list_select_related = ["product", "actor"]
    search_fields = ["=order_id", "product__name", "product__number"]
    normalised_column = "product__number_normalised"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
