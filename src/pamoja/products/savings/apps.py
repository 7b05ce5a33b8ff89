"""Wiring of savings: how feeds name circles, who may follow one live, and the role that looks after all of them."""

from django.apps import AppConfig


class SavingsConfig(AppConfig):
    name = "pamoja.products.savings"
    label = "savings"

    def ready(self) -> None:
        from pamoja.kernel.audit.public import name_resolver
        from pamoja.kernel.identity.public import declare_role
        from pamoja.kernel.live.public import declare_topic
        from pamoja.products.savings import reactions  # noqa: F401 - reactions register themselves
        from pamoja.products.savings.queries.seats import MANAGE, circle_names, may_follow

        name_resolver("circle", circle_names)
        declare_topic("circle", may_follow=may_follow)
        declare_role("savings_manager", {MANAGE})
