"""Plans, subscriptions and the books of billing, in as few words as a spec needs."""

from __future__ import annotations

import itertools
import json
from typing import Any
from uuid import UUID

from django.db import connection

from pamoja.foundation.actions import SYSTEM, IdempotencyKey
from pamoja.kernel.ledger.public import account_of, balance, trial_balance
from pamoja.kernel.payments.actions.offering import offer_plan, offer_price
from pamoja.kernel.payments.actions.subscribing import subscribe
from pamoja.kernel.payments.jobs import billing as jobs
from pamoja.kernel.payments.models import Plan, Price, Subscription
from pamoja.kernel.payments.rules.pricing import Scheme, Tariff
from tests.kernel.payments.cast import fill_wallet

_keys = itertools.count(1)


def a_plan(**differs: Any) -> Plan:
    """A plan without a trial."""
    number = next(_keys)
    usual = {"product": "learning", "code": f"plan-{number}", "name": f"Plan {number}", "grants": ["learning.premium"]}
    return offer_plan(by=SYSTEM, **(usual | differs))


def a_price(shillings: int = 500, *, plan: Plan | None = None, tariff: Tariff | None = None, **differs: Any) -> Price:
    """A flat price a month, of a new plan unless told."""
    tariff = tariff or Tariff(Scheme.FLAT, shillings * 100)
    return offer_price(by=SYSTEM, plan_id=(plan or a_plan()).pk, tariff=tariff, currency="KES", **differs)


def a_subscription(member_id: UUID, price: Price, *, filled: int = 0, **differs: Any) -> Subscription:
    """A subscription that pays from the wallet; what is due at once is paid when the wallet was filled enough."""
    if filled:
        fill_wallet(member_id, filled)
    key = IdempotencyKey(f"subscription-{next(_keys)}")
    made = subscribe(
        by=SYSTEM, **({"member_id": member_id, "price_id": price.pk, "key": key, "is_from_wallet": True} | differs)
    )
    return let_happen(made)


def let_happen(subscription: Subscription) -> Subscription:
    """All that is due now: the sweep, and the jobs it queued."""
    run_billing_jobs()
    jobs.bill_community()
    run_billing_jobs()
    subscription.refresh_from_db()
    return subscription


def run_billing_jobs() -> None:
    """Those that billing queued, in order; what others queued, such as letters, waits."""
    names = {"attempt_invoice", "settle_invoice", "invoice_not_collected"}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = ANY(%s) RETURNING id, task_name, args",
            [[f"payments.{name}" for name in names]],
        )
        queued = sorted(cursor.fetchall())
    for _, name, arguments in queued:
        told = json.loads(arguments) if isinstance(arguments, str) else arguments
        told.pop("carried", None)
        getattr(jobs, name.removeprefix("payments.")).func(**told)
    if queued:
        run_billing_jobs()


def books() -> dict[str, int]:
    """What the community owes its members in service, has earned, and owes in tax; in cents. They always balance."""
    assert trial_balance().balances
    return {name: _stands(purpose) for name, purpose in _PURPOSES.items()}


_PURPOSES = {"later": "deferred_revenue", "earned": "revenue", "tax": "sales_tax"}


def _stands(purpose: str) -> int:
    account = account_of(owner="community", purpose=purpose, currency="KES")
    return 0 if account is None else balance(account).posted.amount_minor
