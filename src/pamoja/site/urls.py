"""Every address below a community; hot paths are answered before Django (see `asgi`)."""

from django.contrib import admin
from django.urls import include, path

from pamoja.site import errors, gallery, home, pages, wiring
from pamoja.site.api import api

urlpatterns = [
    path("", home.home, name="home"),
    path("brand.css", pages.brand, name="brand"),
    path("gallery", gallery.gallery, name="gallery"),
    path("account/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    *(path(prefix, include(module)) for prefix, module in wiring.PAGES),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
