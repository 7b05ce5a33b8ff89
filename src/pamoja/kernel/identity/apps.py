"""Wiring of identity."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "pamoja.kernel.identity"
    label = "identity"
