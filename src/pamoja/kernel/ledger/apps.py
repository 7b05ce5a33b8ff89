"""Wiring, and the role of who keeps the books."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "pamoja.kernel.ledger"
    label = "ledger"

    def ready(self) -> None:
        from pamoja.kernel.identity.public import declare_role

        declare_role("bookkeeper", {"ledger.read", "back_office.enter"})
