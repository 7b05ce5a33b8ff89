"""Wiring of payments: its reactions, and the role of who looks after them."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "pamoja.kernel.payments"
    label = "payments"

    def ready(self) -> None:
        from pamoja.kernel.identity.public import declare_role
        from pamoja.kernel.ledger.public import reference_describer
        from pamoja.kernel.payments import reactions  # noqa: F401 - registers itself
        from pamoja.kernel.payments.queries.describing import invoices_described, invoices_found
        from pamoja.kernel.payments.reactions import billing  # noqa: F401 - registers itself

        declare_role("payments_manager", {"payments.manage", "back_office.enter"})
        reference_describer("payments.invoice", invoices_described, invoices_found)
