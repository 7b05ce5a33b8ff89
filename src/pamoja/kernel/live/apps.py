"""Wiring of live."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "pamoja.kernel.live"
    label = "live"
