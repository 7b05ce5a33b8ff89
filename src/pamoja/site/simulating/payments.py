"""Thousands of card payments with everything going wrong, and the proof that the provider's books and ours agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from django.db import transaction
from django.db.models import Min
from django.test.utils import override_settings

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member, register_person
from pamoja.kernel.ledger.public import account_of, balance
from pamoja.kernel.payments.jobs import connect_community
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Customer, Method
from pamoja.kernel.payments.public import collect
from pamoja.site.config import Config
from pamoja.site.rehearsal import Rehearsal

BEGINS_AT = datetime(2027, 1, 4, 9, tzinfo=UTC)
PASSWORD = "Kilimanjaro-5895"  # noqa: S105 - of people who exist for a minute
AT_ONCE, MEMBERS_MAX, STEPS_MAX = 100, 40, 400
AFTERWARDS = timedelta(days=16)
TOKENS = ("pm_card_visa", "pm_card_mastercard", "pm_card_visa_debit", "pm_card_chargeCustomerFail")
# What goes wrong with `--faults all`, and how often.
FAULTS = {
    "too_many_requests": 0.03, "internal_error": 0.03, "html_error": 0.02, "request_lost": 0.04, "answer_lost": 0.05,
    "lock_timeout": 0.02, "idempotency_conflict": 0.02, "error_without_effect": 0.03, "error_after_effect": 0.04,
    "callback_lost": 0.10, "callback_duplicated": 0.10, "callback_late": 0.06, "callback_reordered": 0.05,
    "forged_success": 0.03, "stale_signature": 0.03, "stale_object": 0.05, "decline_burst": 0.01,
}  # fmt: skip


@dataclass
class Proof:
    """What the two books say. Units: minor. `doubled`: charged more than once for one collection; `lost`: charged
    and not posted, or posted and not charged; `undecided`: neither paid nor given up at the end."""

    attempts: int = 0
    collections: int = 0
    paid: int = 0
    doubled: int = 0
    lost: int = 0
    undecided: int = 0
    difference_minor: int = 0
    struck: dict[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not (self.doubled or self.lost or self.undecided or self.difference_minor)


def play(config: Config, *, attempts: int, seed: int, faults: bool, say: Callable[[str], None]) -> Proof:
    """As many attempts as wanted, in waves; then time for everything to come to its end; then the proof."""
    rehearsal = Rehearsal(config, passes=lambda name: name == "payments.sweep")
    with rehearsal.running():
        rehearsal.turn_to(BEGINS_AT)
        community = _community()
        with entered(community.pk):
            connect_community()
            with httpx.Client(base_url=config.stripe_base_url, headers=_key(config), timeout=30) as stripe:
                members = [_member(number, stripe) for number in range(min(MEMBERS_MAX, max(4, attempts // 25)))]
                if faults:
                    told = {kind: {"probability": chance, "scope": "stripe"} for kind, chance in FAULTS.items()}
                    rehearsal.ask("PUT", "/api/faults", {"seed": seed, "faults": told})
                _waves(rehearsal, members, attempts, say)
                struck = _wind_up(rehearsal)
                return _prove(stripe, [each.pk for each in members], struck)


def _community() -> Community:
    return Community.objects.create(
        slug="cards", name="Cards", currency="GBP", country="GB", time_zone="Europe/London", products=[]
    )


def _member(number: int, stripe: httpx.Client) -> Member:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        member = register_person(
            by=SYSTEM,
            email=f"card-{number}@simulation.example",
            name=f"Card {number}",
            phone=f"+4474000{number:05d}",
            password=PASSWORD,
        )
    customer = stripe.post("/v1/customers", data={"name": f"Card {number}"}).json()["id"]
    # Every tenth card declines, and goes on declining.
    token = TOKENS[3] if number % 10 == 9 else TOKENS[number % 3]
    card = stripe.post(f"/v1/payment_methods/{token}/attach", data={"customer": customer}).json()
    Customer.objects.create(member=member, rail="stripe", rail_id=customer)
    Method.objects.create(
        member=member, rail="stripe", kind="card", position=1, state="verified", number="", rail_id=card["id"],
        last4=card["card"]["last4"], verified_at=clock.now(),
    )  # fmt: skip
    return member


def _waves(rehearsal: Rehearsal, members: list[Member], attempts: int, say: Callable[[str], None]) -> None:
    made, told = 0, 0
    while (tried := CollectionAttempt.objects.count()) < attempts:
        for _ in range(min(AT_ONCE, attempts - tried)):
            member = members[made % len(members)]
            with transaction.atomic():
                collect(
                    member_id=member.pk, amount=Money(100 + made % 900, "GBP"), purpose=f"simulation:{made}",
                    key=f"simulation-{made}",
                )  # fmt: skip
            made += 1
        rehearsal.settle()
        rehearsal.turn_by(timedelta(minutes=3))
        if tried >= told + max(attempts // 5, 1):
            told = tried
            say(f"{tried} attempts")


def _wind_up(rehearsal: Rehearsal) -> dict[str, int]:
    faults = rehearsal.ask("GET", "/api/faults")["faults"]
    struck = {kind: fault["fired"] for kind, fault in faults.items() if fault["fired"]}
    rehearsal.ask("DELETE", "/api/faults")
    until = clock.now() + AFTERWARDS
    for _ in range(STEPS_MAX):
        rehearsal.settle()
        moment = _next_moment()
        if moment is None or moment > until:
            break
        rehearsal.turn_to(max(moment, clock.now()) + timedelta(minutes=10))
    rehearsal.settle()
    return struck


def _next_moment() -> datetime | None:
    moments = [
        *Collection.objects.aggregate(Min("next_attempt_at")).values(),
        *CollectionAttempt.objects.aggregate(Min("next_query_at")).values(),
    ]
    return min((moment for moment in moments if moment), default=None)


def _prove(stripe: httpx.Client, member_ids: list[UUID], struck: dict[str, int]) -> Proof:
    charged: dict[UUID, int] = {}
    for charge in _charges(stripe, member_ids):
        attempt_id = UUID(hex=charge["metadata"]["attempt"])
        charged[attempt_id] = charged.get(attempt_id, 0) + charge["amount"]
    attempts = {each.pk: each for each in CollectionAttempt.objects.select_related("collection")}
    posted = {pk: each.collection.amount_minor for pk, each in attempts.items() if each.state == "paid"}
    times = Counter(attempts[pk].collection_id for pk in charged)
    account = account_of(owner="rail:stripe", purpose="clearing", currency="GBP")
    ours_minor = -balance(account).posted.amount_minor if account else 0
    return Proof(
        attempts=len(attempts),
        collections=Collection.objects.count(),
        paid=len(posted),
        doubled=sum(count > 1 for count in times.values()),
        lost=sum(charged.get(pk) != posted.get(pk) for pk in charged.keys() | posted.keys()),
        undecided=Collection.objects.exclude(state__in=["confirmed", "given_up", "expired"]).count(),
        difference_minor=sum(charged.values()) - ours_minor,
        struck=struck,
    )


def _charges(stripe: httpx.Client, member_ids: list[UUID]) -> Iterator[dict[str, Any]]:
    """What the provider really charged, by its own book."""
    for customer in Customer.objects.filter(member_id__in=member_ids).values_list("rail_id", flat=True):
        after: dict[str, str] = {}
        while True:
            page = stripe.get("/v1/charges", params={"customer": customer, "limit": "100", **after}).json()
            yield from (charge for charge in page["data"] if charge["paid"])
            if not page["has_more"]:
                break
            after = {"starting_after": page["data"][-1]["id"]}


def _key(config: Config) -> dict[str, str]:
    return {"Authorization": f"Bearer {config.stripe_secret_key.get_secret_value()}"}
