"""The package in projects with users, keys and apps of their own: nothing has to be changed for them."""

from __future__ import annotations

import pytest

ALL = ["accounts", "catalog", "cart", "orders", "payments"]

NAMED = '''
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class Members(BaseUserManager):
    def create_user(self, handle, password=None, **fields):
        member = self.model(handle=handle, **fields)
        member.set_password(password)
        member.save()
        return member


class Member(AbstractBaseUser, PermissionsMixin):
    """Known by a short handle; keeps no names."""

    handle = models.CharField(max_length=30, unique=True)
    contact = models.EmailField()
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    objects = Members()
    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "contact"
    REQUIRED_FIELDS = ["contact"]
'''
NUMBERED = '''
import uuid
from django.contrib.auth.models import AbstractUser
from django.db import models


class Member(AbstractUser):
    """Known by a random key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
'''
EMAIL = '''
from partscatalog.accounts.models import AbstractEmailUser


class Member(AbstractEmailUser):
    """Known by e-mail."""
'''

READY = """
call_command("makemigrations", "--check", "--dry-run")
call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0)
"""
BUY = """
from rest_framework.test import APIClient
from partscatalog.orders.models import Order
from partscatalog.testing import make_category, make_product

email = "a.buyer.with.a.rather.long.name@mail.example.com"
person = {"email": email, "password": "three-blue-pistons", "first_name": "Ada", "last_name": "Obi"}
address = {"shipping_address": "123 Main St", "phone": "+234123456789"}
product = make_product("Piston", category=make_category("Engine Parts"))
guest, api, key = APIClient(), APIClient(), {"Idempotency-Key": "k"}

def call(client, method, path, body=None, **more):
    answer = getattr(client, method)("/api/" + path, body, format="json", **more)
    say([answer.status_code, answer.json()])
    return answer.json()

call(guest, "post", f"carts/products/{product.pk}/add/", {"quantity": 2})
call(guest, "post", "users/register/", person)
call(guest, "post", "users/register/", person)
tokens = call(api, "post", "users/login/", person)
guest.credentials(HTTP_AUTHORIZATION="Bearer " + tokens["access_token"])
api.credentials(HTTP_AUTHORIZATION="Bearer " + tokens["access_token"])
call(guest, "get", "carts/products/")
order = call(api, "post", "orders/orders/create/", address, headers=key)
again = call(api, "post", "orders/orders/create/", address, headers=key)
call(api, "get", f"orders/orders/{order['id']}/")
payment = call(api, "post", f"payments/create/{order['id']}/")
APIClient().post(payment["authorization_url"], {"action": "pay"})
call(api, "get", "payments/verify/?reference=" + payment["reference"])
call_command("check_invariants")
user = Order.objects.get().user
longest = user._meta.get_field(user.USERNAME_FIELD).max_length
say([order == again, order["user"], str(user.pk), len(user.get_username()) <= longest])
"""


def shop(*apps: str) -> str:
    return f"INSTALLED_APPS += {['partscatalog', *(f'partscatalog.{app}' for app in apps)]}"


@pytest.fixture
def custom(project):
    """Give the project an app of its own with a user model."""

    def build(models: str) -> None:
        project.write("people/__init__.py", "")
        project.write("people/models.py", models)
        project.write("settings.py", f'{shop(*ALL)}\nINSTALLED_APPS += ["people"]')
        project.write("settings.py", 'AUTH_USER_MODEL = "people.Member"')
        project.write("settings.py", 'DEFAULT_AUTO_FIELD = "django.db.models.SmallAutoField"')
        project.run('call_command("makemigrations", "people", verbosity=0)')

    return build


@pytest.mark.parametrize(
    ("models", "names", "key"),
    [(NAMED, ("", ""), int), (NUMBERED, ("Ada", "Obi"), str), (EMAIL, ("Ada", "Obi"), int)],
    ids=["another user name", "a UUID for a key", "our abstract user"],
)
def test_a_project_with_a_user_model_of_its_own_migrates_nothing_of_ours_and_sells_a_part(
    custom, project, models, names, key
):
    custom(models)

    said = project.run(READY + BUY)

    *answers, (is_same, shown, kept, fits) = said
    statuses = [status for status, _body in answers]
    registered, logged_in = answers[1][1]["user_serializer"], answers[3][1]["user"]
    assert statuses == [200, 201, 400, 200, 200, 201, 201, 200, 200, 200]
    assert registered == logged_in
    assert (registered["first_name"], registered["last_name"]) == names
    assert answers[4][1]["total_price"] == "5000.00"
    assert (is_same, fits) == (True, True)
    assert (type(shown), str(shown), shown) == (key, kept, registered["id"])


def test_a_project_with_djangos_user_migrates_nothing_of_ours_and_sells_a_part(project):
    project.write("settings.py", shop(*ALL))
    project.write("settings.py", 'DEFAULT_AUTO_FIELD = "django.db.models.SmallAutoField"')

    said = project.run(READY + BUY)

    assert [status for status, _body in said[:-1]] == [200, 201, 400, 200, 200, 201, 201, 200, 200, 200]
    assert said[-1] == [True, 1, "1", True]


LOOK = """
from django.apps import apps
from django.urls import get_resolver
say(sorted(config.label for config in apps.get_app_configs() if config.name.startswith("partscatalog")))
say(sorted(str(pattern.pattern) for pattern in get_resolver().url_patterns[0].url_patterns))
from rest_framework.test import APIClient
say([APIClient().get("/api/" + path).status_code for path in %s])
"""


@pytest.mark.parametrize(
    ("apps", "prefixes", "paths"),
    [
        (["catalog"], [""], ["products/", "categories/", "brands/"]),
        (["accounts"], ["users/"], ["users/me/"]),
        (["accounts", "catalog"], ["", "users/"], ["products/", "users/me/"]),
        (["catalog", "cart"], ["", "carts/"], ["products/", "carts/products/"]),
        (ALL[:4], ["", "carts/", "orders/", "users/"], ["carts/products/", "orders/orders/"]),
        (["catalog", "cart", "orders", "payments"], ["", "carts/", "orders/", "payments/"], ["products/"]),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_each_app_works_without_those_above_it(project, apps, prefixes, paths):
    project.write("settings.py", shop(*apps))

    labels, mounted, statuses = project.run(READY + LOOK % paths)

    asks_who = {"users/me/", "orders/orders/"}
    assert labels == ["partscatalog", *sorted(f"partscatalog_{app}" for app in apps)]
    assert mounted == prefixes
    assert statuses == [401 if path in asks_who else 200 for path in paths]


def test_an_app_is_mounted_where_the_site_likes(project):
    project.write("settings.py", shop(*ALL))
    project.write(
        "urls.py",
        'urlpatterns = [path("shop/", include("partscatalog.catalog.urls")),\n'
        '    path("till/", include("partscatalog.payments.urls", namespace="till"))]',
    )

    said = project.run(
        READY
        + "from rest_framework.test import APIClient\n"
        + 'say([APIClient().get(path).status_code for path in ("/shop/products/", "/till/return/", "/api/")])'
    )

    assert said == [[200, 200, 404]]


def test_a_worker_that_only_shows_the_catalog_loads_nothing_heavy(project):
    """Django REST framework loads requests by itself wherever it is installed."""
    project.write("settings.py", shop("accounts", "catalog"))

    project.run(READY)
    project.write("settings.py", 'INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]')

    said = project.run(
        "import sys\n"
        "from rest_framework.test import APIClient\n"
        'assert APIClient().get("/api/products/").status_code == 200\n'
        'heavy = ("PIL", "celery", "stripe", "partscatalog.payments")\n'
        "say([name for name in heavy if name in sys.modules])"
    )

    assert said == [[]]
