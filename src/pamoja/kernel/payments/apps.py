"""Wiring of payments: its reactions."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "pamoja.kernel.payments"
    label = "payments"

    def ready(self) -> None:
        from pamoja.kernel.payments import reactions  # noqa: F401 - registers itself
