"""Wiring of savings."""

from django.apps import AppConfig


class SavingsConfig(AppConfig):
    name = "pamoja.products.savings"
    label = "savings"
