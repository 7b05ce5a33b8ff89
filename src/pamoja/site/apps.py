"""Wiring of the site itself: base templates, static files and template tags."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "pamoja.site"
    label = "site"
