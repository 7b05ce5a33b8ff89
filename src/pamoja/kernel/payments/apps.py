"""Wiring of payments: its reactions, and the role of who looks after them."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "pamoja.kernel.payments"
    label = "payments"

    def ready(self) -> None:
        from pamoja.kernel.identity.public import declare_role
        from pamoja.kernel.ledger.public import reference_describer
        from pamoja.kernel.live.public import declare_topic
        from pamoja.kernel.payments import reactions  # noqa: F401 - registers itself
        from pamoja.kernel.payments.jobs import expiring, reporting  # noqa: F401 - register themselves
        from pamoja.kernel.payments.queries.describing import approvals_described, invoices_described, invoices_found
        from pamoja.kernel.payments.reactions import billing, safety, showing, telling  # noqa: F401 - register themselves

        declare_topic("payments", may_follow=lambda actor, key: str(actor.member_id) == key)
        looks_after = {"payments.manage", "payments.guard", "payments.adjust", "back_office.enter"}
        declare_role("payments_manager", looks_after | {"payments.approve"})
        # A second pair of eyes, and no more.
        declare_role("payments_approver", {"payments.approve", "payments.guard", "back_office.enter"})
        declare_role("payments_limits", {"payments.set_limits", "back_office.enter"})
        reference_describer("payments.approval", approvals_described)
        reference_describer("payments.invoice", invoices_described, invoices_found)
