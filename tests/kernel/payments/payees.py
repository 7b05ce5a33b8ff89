"""A member in London whom Stripe pays, in as few words as a spec needs."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import Transfer, open_account, post, wallet_of
from pamoja.kernel.payments.actions import asking, noting
from pamoja.kernel.payments.models import Method, Onward, Payee, PaymentSettings, Payout
from pamoja.kernel.payments.providers.rails import rail_named
from pamoja.kernel.payments.public import pay_out

if TYPE_CHECKING:
    from tests.kernel.payments.cards import Bank

_keys = itertools.count(1)
_NO_LIMIT = 10**12


def without_limits() -> None:
    """Here the rail is tried, not the limits."""
    free = {period: {"GBP": _NO_LIMIT} for period in ("single", "day", "month")}
    limits = {tier: {"in": free, "out": free} for tier in ("unproven", "basic", "verified")}
    PaymentSettings.objects.create(safety={"limits": limits, "large": {"GBP": _NO_LIMIT}, "cooling_h": 0})


def fill_balance(bank: Bank, pence: int = 500_000) -> None:
    """What the installation has at Stripe, free at once."""
    card = {"payment_method": "pm_card_bypassPending", "payment_method_types[]": "card", "confirm": "true"}
    bank.post("/v1/payment_intents", amount=pence, currency="gbp", **card)


def ready(bank: Bank, member_id: UUID, account_number: str = "00012345") -> Payee:
    """As Stripe and we know a member who went through its pages."""
    account = bank.post("/v1/accounts", type="express", country="GB")
    bank.does(account["id"], "onboard", account_number=account_number)
    Method.objects.create(
        member_id=member_id, rail="stripe", kind="stripe_account", position=1, state="verified", number="",
        verified_at=clock.now(),
    )  # fmt: skip
    return Payee.objects.create(member_id=member_id, rail_id=account["id"], standing="ready", told_at=clock.now())


def fill_wallet(member_id: UUID, pence: int) -> None:
    gifts = open_account(owner="community", purpose="gifts", currency="GBP", floor_minor=None)
    transfer = Transfer(debit=gifts, credit=wallet_of(member_id, "GBP"), amount=Money(pence, "GBP"))
    post(key=f"pounds-{next(_keys)}", transfers=[transfer], description="A gift")


def fill(member_id: UUID, pence: int) -> None:
    """A committed gift into the wallet."""
    with transaction.atomic():
        fill_wallet(member_id, pence)


def send(member_id: UUID, pence: int = 2_000, *, filled: int = 5_000, **differs: Any) -> Payout:
    """A committed payout to the bank by Stripe, out of a wallet that was filled before."""
    usual: dict[str, Any] = {"purpose": "wallet.withdrawal", "key": f"pounds-{next(_keys)}", "rail": "stripe"}
    with transaction.atomic():
        if filled:
            fill_wallet(member_id, filled)
        return pay_out(member_id=member_id, amount=Money(pence, "GBP"), **(usual | differs))


def confirm_transfers() -> None:
    """Stripe is asked about what it was told, and nothing else happens."""
    for question in asking.take_due_payouts():
        answer = rail_named("stripe").query_payout(
            payout_id=question.payout_id, originator_id=question.originator_id, token=""
        )
        assert answer is not None
        noting.apply_payout_answer(payout_id=question.payout_id, answer=answer)


def ends(payout: Payout) -> tuple[str, str]:
    """How both halves stand."""
    payout.refresh_from_db()
    onward = Onward.objects.filter(payout=payout).first()
    return payout.state, onward.state if onward else ""


def at_stripe(bank: Bank, payee: Payee) -> tuple[int, int]:
    """What was really transferred to the member's account, less what was taken back, and what is left on it."""
    transfers = bank.get("/v1/transfers", destination=payee.rail_id, limit=100)["data"]
    balance = bank.get("/v1/balance", on_account=str(payee.rail_id))
    left = sum(each["amount"] for kind in ("available", "pending") for each in balance[kind])
    return sum(each["amount"] - each["amount_reversed"] for each in transfers), left
