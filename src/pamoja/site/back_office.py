"""The back office: Django's admin for a community's operators and staff, and for its own rows alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite


class BackOfficeConfig(AdminConfig):
    """Django's admin, with our site in place of its own."""

    default_site = "pamoja.site.back_office.BackOffice"


class BackOffice(UnfoldAdminSite):  # type: ignore[misc]  # the library carries no types
    """Whoever may enter the back office of the community that the address names, signed in as everywhere else."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only our own models: tables of libraries know no community, and every operator would see all rows."""
        models: Iterable[Any] = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        for model in models:
            if model.__module__.startswith("pamoja."):
                super().register(model, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        from pamoja.kernel.identity.public import actor_of

        if getattr(request, "community", None) is None:
            return False
        # Every view of the back office asks this first; its pages find there who acts.
        request.actor = actor = actor_of(request)  # type: ignore[attr-defined]  # for the pages
        return actor.may("back_office.enter")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Through the one door that counts tries and asks for the second factor."""
        from pamoja.site.errors import forbidden

        if request.user.is_authenticated:
            return forbidden(request, PermissionError())
        after = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': after})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return cast(dict[str, Any], super().each_context(request)) | {"has_permission": self.has_permission(request)}
