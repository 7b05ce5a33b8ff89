"""Wiring."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "pamoja.kernel.ledger"
    label = "ledger"
