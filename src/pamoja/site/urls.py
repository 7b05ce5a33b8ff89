"""Every address below a community; hot paths are answered before Django (see `asgi`)."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from pamoja.site import errors, gallery, home, pages, wiring
from pamoja.site.api import api

urlpatterns = [
    path("", home.home, name="home"),
    path("brand.css", pages.brand, name="brand"),
    path("gallery", gallery.gallery, name="gallery"),
    path("account/sessions/", RedirectView.as_view(pattern_name="identity:sessions"), name="usersessions_list"),
    path("account/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    *(path(prefix, include(module)) for prefix, module in wiring.PAGES),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many  # the sign-in library's own limits
handler500 = errors.server_error
