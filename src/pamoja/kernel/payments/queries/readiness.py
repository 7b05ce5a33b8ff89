"""Which rails a community can pay by, in its order, and what each still needs, said to who runs the community."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings as installed

from pamoja.kernel.communities.public import current_community
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.rules import rails

_SAYS = {
    rails.MPESA: "Members are asked on their phone, and are paid on it.",
    rails.STRIPE: "Members pay by card or Direct Debit on Stripe's page, and can be paid to their bank by it.",
    rails.BANK: "Members transfer to your account with a reference of their own.",
    rails.WALLET: "Members pay with what is in their wallet here.",
}


@dataclass(frozen=True)
class RailStanding:
    """A rail as the community has it. `needs` is empty when it is ready."""

    name: str
    title: str
    says: str
    is_on: bool
    needs: str

    @property
    def is_ready(self) -> bool:
        return not self.needs


def rails_standing() -> list[RailStanding]:
    """All there are: those that are on first, in the order offered."""
    wanted = settings.chosen().rails or list(installed.PAMOJA.rails)
    names = [*(name for name in wanted if name in rails.FACTS), *(name for name in rails.FACTS if name not in wanted)]
    return [
        RailStanding(name, rails.FACTS[name].title, _SAYS.get(name, ""), name in wanted, _needs(name)) for name in names
    ]


def _needs(name: str) -> str:
    config, code = installed.PAMOJA, current_community().currency
    carried = rails.FACTS[name].currencies
    if name not in config.rails:
        return "It is switched off for the whole installation (PAMOJA_RAILS)."
    if carried and code not in carried:
        return f"It carries {', '.join(sorted(carried))} only, and this community saves in {code}."
    if name == rails.MPESA and not (config.mpesa_base_url and config.mpesa_consumer_key and config.mpesa_shortcode):
        return "It needs a merchant account with M-PESA (PAMOJA_MPESA_… of the installation)."
    if name == rails.STRIPE and not (config.stripe_base_url and config.stripe_secret_key.get_secret_value()):
        return "It needs an account with Stripe (PAMOJA_STRIPE_SECRET_KEY of the installation)."
    if name == rails.BANK and not settings.chosen().bank_account:
        return "It needs the account that members transfer to: write it below."
    return ""
