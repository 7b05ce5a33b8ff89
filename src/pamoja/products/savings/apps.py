"""Wiring of savings: how feeds and statements name what is its own, who may follow a circle live, and its role."""

from django.apps import AppConfig


class SavingsConfig(AppConfig):
    name = "pamoja.products.savings"
    label = "savings"

    def ready(self) -> None:
        from pamoja.kernel.audit.public import name_resolver
        from pamoja.kernel.identity.public import declare_role
        from pamoja.kernel.ledger.public import reference_describer
        from pamoja.kernel.live.public import declare_topic
        from pamoja.kernel.payments.public import upcoming_source
        from pamoja.products.savings import chat, reactions  # noqa: F401 - they register themselves
        from pamoja.products.savings.actions.board import has_read
        from pamoja.products.savings.queries import describing
        from pamoja.products.savings.queries.seats import MANAGE, circle_names, may_follow
        from pamoja.products.savings.queries.upcoming import contributions_to_come

        name_resolver("circle", circle_names)
        reference_describer("savings.contribution", describing.contributions_described, describing.contributions_found)
        reference_describer("savings.round", describing.rounds_described)
        reference_describer("savings.payout", describing.payouts_described, describing.payouts_found)
        reference_describer("circle", describing.circles_described)
        upcoming_source("savings", contributions_to_come)
        declare_topic("circle", may_follow=may_follow)
        declare_topic("here", may_follow=may_follow, is_attended=True)
        declare_topic("board", may_follow=may_follow, on_read=has_read)
        declare_role("savings_manager", {MANAGE})
