"""Hand-made requests to every page that the admin has for our models: refused, and never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import OperationalError, transaction
from django.urls import reverse

from partscatalog.admin import ShopModelAdmin
from partscatalog.catalog.models import Product
from partscatalog.catalog.services import images
from partscatalog.testing import make_brand, make_cart, make_category, make_product, make_user
from tests.catalog.test_admin import picture
from tests.payments.conftest import make_order, make_payment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model
    from django.test import Client

    Request = tuple[str, str, dict[str, str]]

pytestmark = pytest.mark.django_db

OURS = [model for model in admin.site._registry if model._meta.app_label.startswith("partscatalog_")]

BAD = ["abc", "9" * 20, "\0", "9" * 5_000, "["]
#: Names that Django's pages know; its lists know further ones.
KNOWN = ["p", "_to_field", "_popup", "_changelist_filters", "_saveasnew"]
LISTED = ["q", "o", "e", "all", "_facets"]
CHOICE = ["app_label", "model_name", "field_name"]
#: Look-ups and what only a database, or only one of them, finds wrong with them.
LOOKUPS = {
    "": "abc",
    "__exact": "\0",
    "__id__exact": "9" * 20,
    "__in": "9" * 20,
    "__gte": "9" * 20,
    "__isnull": "abc",
    "__contains": "a",
    "__range": "1",
    "__regex": "[",
    "__year": "9" * 20,
    "__date": "9" * 20,
    "__has_key": "\0",
    "__a": "\0",
    "__nonesuch": "1",
}


@pytest.fixture
def staff(client, settings, tmp_path):
    """Somebody who may do everything, in a shop with a row of each model."""
    settings.MEDIA_ROOT = tmp_path
    product = make_product(stock=5, brand=make_brand(), category=make_category(), number="NW-1")
    images.add(product=product, file=picture(), alt_text="", position=0)
    buyer = make_user("buyer@example.com")
    make_cart({product: 1}, user=buyer)
    make_payment(make_order(buyer))
    client.force_login(make_user("staff@example.com", is_staff=True, is_superuser=True))
    client.raise_request_exception = False
    return client


def pages(model: type[Model], key: Any) -> dict[str, str]:
    """Return the paths of all that the admin answers for the model, and for the row of this key."""
    paths = {}
    for pattern in admin.site._registry[model].get_urls():
        if pattern.name:
            keys = [key] if pattern.pattern.converters else []
            paths[pattern.name.rpartition("_")[2]] = reverse(f"admin:{pattern.name}", args=keys)
    return paths


def row(model: type[Model]) -> Any:
    return model._default_manager.values_list("pk", flat=True)[0]


def form(client: Client, path: str) -> tuple[Tag, dict[str, str]]:
    """Return a page and what a browser would send of its form."""
    page = BeautifulSoup(client.get(path).content, "html.parser").select_one("#content") or BeautifulSoup()
    sent = {}
    for field in page.select("input[name], select[name], textarea[name]"):
        chosen = field.select_one("[selected]") if field.name == "select" else None
        sent[str(field["name"])] = str((chosen or field).get("value") or field.text.strip())
    return page, {name: value for name, value in sent.items() if name != "csrfmiddlewaretoken"}


def lists(client: Client, model: type[Model]) -> Iterator[Request]:
    """Every parameter of the list with every bad value, and every field with every look-up."""
    path = pages(model, row(model))["changelist"]
    page = form(client, path)[0]
    links = [str(link["href"]) for link in page.select("a[href^='?']")]
    filters = {name for link in links for name, _ in parse_qsl(urlsplit(link).query, keep_blank_values=True)}
    for bad in BAD:
        for name in {*KNOWN, *LISTED, *filters, bad}:
            yield "get", path, {name: bad}
    for field in model._meta.get_fields():
        for lookup, bad in LOOKUPS.items():
            yield "get", path, {f"{field.name}{lookup}": bad, "_facets": "True"}


def objects(client: Client, model: type[Model]) -> Iterator[Request]:
    """Every page of a row with a bad key, and with bad parameters; fields preset for a new row."""
    names = [*KNOWN, *(field.name for field in model._meta.get_fields())]
    plain = pages(model, row(model))
    for bad in BAD:
        for page in ("change", "delete", "history"):
            path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=[bad])
            yield "get", path, {}
            yield "post", path, {"post": "yes"}
        for name in names:
            yield "get", plain["add"], {name: bad}
        for name in KNOWN:
            yield from (("get", path, {name: bad}) for path in plain.values())


def actions(client: Client, model: type[Model]) -> Iterator[Request]:
    """Every action on every bad key."""
    path = pages(model, row(model))["changelist"]
    names = [str(name) for name in admin.site._registry[model].actions or []]
    for bad in BAD:
        for name in ("delete_selected", *names):
            for more in ({}, {"index": "0"}, {"post": "yes"}):
                yield "post", path, {"action": name, "_selected_action": bad, **more}
        for name in ("action", "index", "select_across", "_save"):
            yield "post", path, {"action": "delete_selected", "_selected_action": str(row(model)), name: bad}


def forms(client: Client, model: type[Model]) -> Iterator[Request]:
    """Every form with each of its fields left out, and bad, and with rows that are not there."""
    for path in pages(model, row(model)).values():
        if client.post(path).status_code == 403:
            continue  # Nobody sends this form.
        sent = form(client, path)[1]
        yield "post", path, {}
        for name in sent:
            yield "post", path, {other: value for other, value in sent.items() if other != name}
            if name.endswith("_FORMS"):
                yield "post", path, {**sent, name: "9"}
            for bad in BAD[:2]:
                yield "post", path, {**sent, "_save": "Save", name: bad}
        yield from (("post", path, {**sent, "_save": "Save", name: "1"}) for name in KNOWN)
        yield from (("post", path, dict.fromkeys(sent, bad)) for bad in BAD)


def autocompletes(client: Client, model: type[Model]) -> Iterator[Request]:
    """Every choice of the forms with every parameter bad."""
    path = reverse("admin:autocomplete")
    for select in form(client, pages(model, row(model))["add"])[0].select("select.admin-autocomplete"):
        asked = {name: str(select[f"data-{name.replace('_', '-')}"]) for name in CHOICE}
        for bad in BAD:
            for name in ("term", "page", *asked):
                yield "get", path, {"term": "x", **asked, name: bad}


@pytest.mark.parametrize("requests", [lists, objects, actions, forms, autocompletes])
@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_no_hand_made_request_is_a_crash(staff, model, requests):
    """T-FUZZ-1"""
    crashes = []

    for method, path, sent in requests(staff, model):
        # What one request broke or changed is not there for the next one.
        with transaction.atomic():
            answer = getattr(staff, method)(path, sent)
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            crashes.append((method, path, sent))

    assert crashes == []


@pytest.mark.parametrize(
    ("charset", "text"), [("unicode_escape", r"\ud800"), ("utf-7", "%2B2AA-"), ("utf-16", "a")]
)
@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_another_charset_is_refused(staff, model, charset, text):
    """T-FUZZ-4"""
    kind = f"text/plain; charset={charset}"

    answers = [
        staff.generic("GET", f"{path}?q={text}", content_type=kind, data="x")
        for path in pages(model, row(model)).values()
    ]

    assert {answer.status_code for answer in answers} == {400}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?is_active__exact=%00", 302),
        ("?category__id__exact=abc", 302),
        (f"?category__id__exact={'9' * 20}", 200),
        ("?name__regex=[", 302),
        ("?nonesuch__name=x", 302),
        ("?brand__products__name=x", 400),
        ("add/?category=abc", 200),
        ("abc/change/", 302),
        ("%00/delete/", 302),
        (f"{'9' * 20}/history/", 302),
        (f"{'9' * 20}/adjust/", 404),
    ],
)
def test_a_request_that_means_nothing_has_a_clear_answer(staff, path, status):
    answer = staff.get(f"/admin/partscatalog_catalog/product/{path}")

    assert answer.status_code == status
    if path.startswith("?") and status == 302:
        assert answer["Location"] == "/admin/partscatalog_catalog/product/?e=1"


@pytest.mark.parametrize("key", ["abc", "9" * 20, "\0"])
@pytest.mark.parametrize("name", ["_selected_action", "form-0-id"])
def test_a_key_that_none_has_is_refused(staff, name, key):
    sent = {"action": "delete_selected", "post": "yes", name: key}

    answer = staff.post("/admin/partscatalog_catalog/product/", sent)

    assert (answer.status_code, Product.objects.count()) == (400, 2)


@pytest.mark.parametrize("key", BAD)
def test_a_choice_of_many_that_none_has_is_refused(rf, admin_user, key):
    """A site's users and their groups may stand on the base, too."""
    request = rf.get("/")
    request.user = admin_user
    pages = ShopModelAdmin(type(admin_user), admin.site)
    groups = pages.formfield_for_dbfield(type(admin_user)._meta.get_field("groups"), request)

    assert groups is not None
    with pytest.raises(ValidationError) as refused:
        groups.clean([key])

    assert refused.value.code == "invalid_choice"


def test_every_page_of_ours_is_built_on_the_base_that_refuses():
    assert {model for model in OURS if not isinstance(admin.site._registry[model], ShopModelAdmin)} == set()


def test_a_list_that_nobody_filtered_hides_no_failure(staff, monkeypatch):
    def fail(paginator):
        raise OperationalError

    monkeypatch.setattr(Paginator, "count", property(fail))

    assert staff.get("/admin/partscatalog_catalog/brand/").status_code == 500
    assert staff.get("/admin/partscatalog_catalog/brand/?q=x").status_code == 302
