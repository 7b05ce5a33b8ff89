"""What the providers' books say of a simulation of payments, against ours: line by line, and in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from pamoja.kernel.communities.public import entered
from pamoja.kernel.ledger.public import account_of, balance
from pamoja.kernel.payments.models import (
    Arrival,
    Collection,
    CollectionAttempt,
    Customer,
    Deposit,
    Onward,
    Payout,
    Refund,
)
from pamoja.site.rehearsal import Rehearsal
from pamoja.site.simulating.payments_people import BANK_ACCOUNT, Cast


@dataclass
class Proof:
    """What the two books say. Units: minor.

    `doubled`: moved or posted more than once for one order. `lost`: moved and not posted, or posted and not moved.
    `paid_twice`: the provider said that it had failed, the member paid anew, and then the first one came as well; both
    are in the wallet. `came_back`: sent to banks by Stripe, which sent it back. `undecided`: neither done nor ended.
    """

    attempts: int = 0
    collections: int = 0
    paid: int = 0
    deposits: int = 0
    payouts: int = 0
    refunds: int = 0
    came_back: int = 0
    doubled: int = 0
    lost: int = 0
    paid_twice: int = 0
    undecided: int = 0
    decided_by_people: int = 0
    difference_minor: int = 0
    struck: dict[str, int] = field(default_factory=dict)

    def figures(self) -> dict[str, int]:
        """All but which faults struck, in the order in which they are read."""
        first = ("doubled", "lost", "difference_minor", "undecided")
        rest = (name for name in self.__dataclass_fields__ if name not in (*first, "struck"))
        return {name: int(getattr(self, name)) for name in (*first, *rest)}


def prove(rehearsal: Rehearsal, stripe: httpx.Client, cast: Cast) -> Proof:
    """Both communities' books against M-PESA's, Stripe's and the bank's."""
    proof = Proof()
    with entered(cast.phones.pk):
        _count(proof)
        _mpesa(proof, rehearsal.ask("GET", "/mpesa/statement")["movements"])
    with entered(cast.cards.pk):
        _count(proof)
        _stripe(proof, stripe)
        _bank(proof, list(_bank_lines(rehearsal)))
    return proof


def _count(proof: Proof) -> None:
    attempts = CollectionAttempt.objects.count()
    proof.deposits += Deposit.objects.count()
    proof.payouts += Payout.objects.count()
    proof.refunds += Refund.objects.count()
    proof.collections += Collection.objects.count()
    proof.paid += CollectionAttempt.objects.filter(state="paid").count()
    proof.attempts += attempts + Deposit.objects.count() + Payout.objects.count() + Refund.objects.count()
    proof.undecided += (
        Collection.objects.exclude(state__in=["confirmed", "given_up", "expired"]).count()
        + Payout.objects.exclude(state__in=["confirmed", "failed"]).count()
        + Refund.objects.exclude(state__in=["succeeded", "failed"]).count()
        + Onward.objects.exclude(state__in=["paid", "came_back"]).count()
        + Arrival.objects.filter(state__in=["claimed", "review"]).count()
    )


def _compare(proof: Proof, theirs: Counter[str], ours: Counter[str]) -> None:
    """One order moved and was posted once, or neither."""
    for each in theirs.keys() | ours.keys():
        proof.doubled += theirs[each] > 1 or ours[each] > 1
        proof.lost += bool(theirs[each]) != bool(ours[each])


def _ours(owner: str, currency: str) -> int:
    account = account_of(owner=owner, purpose="clearing", currency=currency)
    return -balance(account).posted.amount_minor if account else 0


def _mpesa(proof: Proof, movements: list[dict[str, Any]]) -> None:
    by_kind: dict[str, list[dict[str, Any]]] = {"stk": [], "c2b": [], "b2c": [], "reversal": []}
    for each in movements:
        by_kind[each["kind"]].append(each)
    paid = CollectionAttempt.objects.filter(rail="mpesa", state="paid")
    # A payment is known by its receipt, or where that was never told, by the prompt's number. The receipt goes first:
    # of two prompts of one collection that were both paid, the menu's notice does not say which one it is about.
    numbers = {each: pk for pk, each in paid.values_list("pk", "checkout_request_id") if each}
    receipts = {each: pk for pk, each in paid.values_list("pk", "receipt") if each}
    found = [receipts.get(each["receipt"]) or numbers.get(each["operation"]) for each in by_kind["stk"]]
    _compare(
        proof,
        Counter(str(pk or move["receipt"]) for pk, move in zip(found, by_kind["stk"], strict=True)),
        Counter(str(pk) for pk in paid.values_list("pk", flat=True)),
    )
    times = Counter(paid.values_list("collection_id", flat=True))
    proof.paid_twice += sum(count - 1 for count in times.values())
    _compare(
        proof,
        Counter(each["receipt"] for each in by_kind["c2b"]),
        Counter(Deposit.objects.filter(rail="mpesa").values_list("rail_id", flat=True)),
    )
    _compare(
        proof,
        Counter(each["originator"] for each in by_kind["b2c"]),
        Counter(Payout.objects.filter(rail="mpesa", state="confirmed").values_list("originator_id", flat=True)),
    )
    gone = Refund.objects.filter(attempt__rail="mpesa", state="succeeded")
    _compare(
        proof,
        Counter(each["reverses"] for each in by_kind["reversal"]),
        Counter(str(each) for each in gone.values_list("attempt__receipt", flat=True)),
    )
    net = sum(each["amount_kes"] * (100 if each["direction"] == "in" else -100) for each in movements)
    proof.difference_minor += abs(net - _ours("rail:mpesa", "KES"))


def _stripe(proof: Proof, stripe: httpx.Client) -> None:
    charged: Counter[str] = Counter()
    charges: dict[str, str] = {}
    times: Counter[UUID] = Counter()
    collections = dict(CollectionAttempt.objects.filter(rail="stripe").values_list("pk", "collection_id"))
    net = 0
    for charge in _all(stripe, "/v1/charges"):
        if charge["paid"]:
            attempt_id = UUID(hex=charge["metadata"]["attempt"])
            charged[str(attempt_id)] += 1
            charges[charge["id"]] = str(attempt_id)
            times[collections[attempt_id]] += 1
            net += charge["amount"]
    paid = CollectionAttempt.objects.filter(rail="stripe", state="paid")
    _compare(proof, charged, Counter(str(pk) for pk in paid.values_list("pk", flat=True)))
    proof.doubled += sum(count > 1 for count in times.values())
    refunded: Counter[str] = Counter()
    for refund in _all(stripe, "/v1/refunds"):
        if refund["status"] == "succeeded":
            refunded[refund["id"]] += 1
            net -= refund["amount"]
    gone = Refund.objects.filter(attempt__rail="stripe", state="succeeded")
    _compare(proof, refunded, Counter(str(each) for each in gone.values_list("rail_id", flat=True)))
    net -= _paid_by_stripe(proof, stripe)
    proof.difference_minor += abs(net - _ours("rail:stripe", "GBP"))


def _paid_by_stripe(proof: Proof, stripe: httpx.Client) -> int:
    """What went to members' accounts there and did not come back. Units: minor."""
    sent: Counter[str] = Counter()
    back: Counter[str] = Counter()
    net = 0
    for transfer in _all(stripe, "/v1/transfers"):
        payout_id = str(UUID(hex=transfer["metadata"]["payout"]))
        sent[payout_id] += 1
        back[payout_id] += bool(transfer["reversed"])
        net += transfer["amount"] - transfer["amount_reversed"]
    ours = Payout.objects.filter(rail="stripe", state="confirmed")
    _compare(proof, sent, Counter(str(pk) for pk in ours.values_list("pk", flat=True)))
    gone_back = Onward.objects.filter(state="came_back")
    proof.came_back += gone_back.count()
    _compare(proof, +back, Counter(str(pk) for pk in gone_back.values_list("payout_id", flat=True)))
    return net


def _all(stripe: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    """A whole list of the provider's own book. Charges are listed by customer, which its book finds quickest."""
    customers = Customer.objects.values_list("rail_id", flat=True) if path == "/v1/charges" else [None]
    for customer in customers:
        after: dict[str, str] = {} if customer is None else {"customer": customer}
        while True:
            page = stripe.get(path, params={"limit": "100", **after}).json()
            yield from page["data"]
            if not page["has_more"]:
                break
            after["starting_after"] = page["data"][-1]["id"]


def _bank(proof: Proof, lines: list[dict[str, Any]]) -> None:
    came = Counter(each["id"] for each in lines if each["amount_minor"] > 0)
    _compare(proof, came, Counter(Deposit.objects.filter(rail="bank").values_list("rail_id", flat=True)))
    left = Counter(each["id"] for each in lines if each["amount_minor"] < 0)
    sent = Payout.objects.filter(rail="bank", state="confirmed").values_list("receipt", flat=True)
    _compare(proof, left, Counter(str(each) for each in sent))
    proof.difference_minor += abs(sum(each["amount_minor"] for each in lines) - _ours("rail:bank", "GBP"))


def _bank_lines(rehearsal: Rehearsal) -> Iterator[dict[str, Any]]:
    since = ""
    while True:
        page = rehearsal.ask("GET", f"/bank/statement?account={BANK_ACCOUNT}&since={since}")
        yield from page["lines"]
        if not page["has_more"]:
            return
        since = page["next"]
