"""The demo shop's users in the admin: Django's own pages, by e-mail instead of a user name."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import forms
from django.utils.translation import gettext_lazy as _

from partscatalog.admin import ShopModelAdmin
from shop.models import User


class UserAddForm(forms.AdminUserCreationForm):  # type: ignore[type-arg]  # takes none at run time
    class Meta:
        model = User
        fields = ["email"]


class UserEditForm(forms.UserChangeForm):  # type: ignore[type-arg]  # takes none at run time
    class Meta:
        model = User
        fields = "__all__"  # the admin's fieldsets say which


@admin.register(User)
class UserAdmin(ShopModelAdmin, auth_admin.UserAdmin):  # type: ignore[type-arg]  # takes none at run time
    form = UserEditForm
    add_form = UserAddForm
    ordering = ["email"]
    list_display = ["email", "first_name", "last_name", "is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Personal info"), {"fields": ["first_name", "last_name"]}),
        (
            _("Permissions"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "usable_password", "password1", "password2"]}),
    ]
