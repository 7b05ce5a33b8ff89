"""Payments in one list, money in and out: a member's and everybody's, filtered and searched; and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Several
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.ledger.public import described, references_found
from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Onward, Payout
from pamoja.kernel.payments.queries.members import members_like
from pamoja.kernel.payments.rules import rails
from pamoja.kernel.payments.rules.limits import TOP_UP, WITHDRAWAL
from pamoja.kernel.payments.rules.mpesa import description_of
from pamoja.kernel.payments.rules.onward import CAME_BACK, OnwardState
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState, PayoutState

Kind = Literal["in", "out"]
Standing = Literal["under_way", "done", "failed", "checking"]

# What each state means for the member who looks.
STANDINGS: dict[Kind, dict[Standing, tuple[str, ...]]] = {
    "in": {
        "under_way": (CollectionState.INTENDED, CollectionState.SUBMITTED, CollectionState.FAILED),
        "done": (CollectionState.CONFIRMED,),
        "failed": (CollectionState.GIVEN_UP, CollectionState.EXPIRED),
        "checking": (CollectionState.REVIEW,),
    },
    "out": {
        "under_way": (PayoutState.REQUESTED, PayoutState.SENT, PayoutState.ACCEPTED),
        "done": (PayoutState.CONFIRMED,),
        "failed": (PayoutState.FAILED,),
        "checking": (PayoutState.REVIEW, PayoutState.WAITING),
    },
}


@dataclass(frozen=True)
class PaymentLine:
    """One payment as its member sees it: `title` says what it was for, `standing` sums its state up."""

    id: UUID
    kind: Kind
    member_id: UUID
    rail: str
    amount: Money
    title: str
    purpose: str
    state: str
    standing: Standing
    reason: str
    receipt: str
    at: datetime

    @property
    def public_id(self) -> str:
        return ids.public("collection" if self.kind == "in" else "payout", self.id)

    @property
    def way(self) -> str:
        """`M-PESA`, `Card`, `Wallet`."""
        return rails.heading_of(self.rail, is_out=self.kind == "out")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which payments: what is None or empty leaves none out. `until` is excluded, the amounts are not.

    `text` is looked for in what a payment was for, as an amount, a receipt or a payment's number; staff find by a
    member's name and phone with it, too.
    """

    kind: Kind | None = None
    standing: Standing | None = None
    rail: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: Money | None = None
    most: Money | None = None
    text: str = ""

    @property
    def is_all(self) -> bool:
        return self == Wanted()


class PaymentLines:
    """A list of payments that is counted and sliced by the database, as pages need it; `count_max` bounds both."""

    def __init__(self, found: Sequence[tuple[Kind, QuerySet[Any, Any]]], count_max: int | None = None) -> None:
        self._found = found
        self._count_max = count_max

    def count(self) -> int:
        if self._count_max is None:
            return sum(rows.count() for _, rows in self._found)
        return min(self._count_max, sum(rows[: self._count_max].count() for _, rows in self._found))

    def __getitem__(self, wanted: slice) -> list[PaymentLine]:
        # Each kind by its own index as far as is shown, then together: a union would sort all there are.
        keys = [
            (at, found, kind)
            for kind, rows in self._found
            for at, found in rows.order_by("-requested_at", "-id").values_list("requested_at", "id")[: wanted.stop]
        ]
        return _lines([(kind, found) for _, found, kind in sorted(keys, reverse=True)[wanted]])

    def __iter__(self) -> Iterator[PaymentLine]:
        return iter(self[:])


_MODELS: tuple[tuple[type[Collection] | type[Payout], Kind], ...] = ((Collection, "in"), (Payout, "out"))
# Past this many a list is looked through with filters, not page by page.
COUNT_MAX = 10_000
_PURPOSES_MAX = 5_000
_RECEIPTS_MAX = 100


def member_payments(member_id: UUID, wanted: Wanted | None = None) -> PaymentLines:
    """The member's payments, newest first."""
    mine = [(model.objects.filter(member_id=member_id), kind) for model, kind in _MODELS]

    def purposes(text: str) -> list[str]:
        known = {each for rows, _ in mine for each in rows.order_by().values_list("purpose", flat=True).distinct()}
        return [each for each, title in titles_of(sorted(known)[:_PURPOSES_MAX]).items() if text in title.casefold()]

    wanted = wanted or Wanted()
    said = _said(wanted.text, purposes) if wanted.text else None
    return PaymentLines([(kind, _fit(rows, kind, wanted, said)) for rows, kind in mine if wanted.kind in (None, kind)])


def all_payments(wanted: Wanted | None = None) -> PaymentLines:
    """Everybody's payments, newest first, the newest `COUNT_MAX` of them."""

    def purposes(text: str) -> list[str]:
        usual = [each for each in (TOP_UP, WITHDRAWAL) if text in description_of(each).casefold()]
        return [*usual, *references_found(text, _PURPOSES_MAX)]

    wanted = wanted or Wanted()
    said = _said(wanted.text, purposes) if wanted.text else None
    if said is not None:
        said |= {"member_id__in": members_like(wanted.text, _PURPOSES_MAX)}
    shown = [(model.objects.all(), kind) for model, kind in _MODELS if wanted.kind in (None, kind)]
    return PaymentLines([(kind, _fit(rows, kind, wanted, said)) for rows, kind in shown], COUNT_MAX)


def own_payment(member_id: UUID, public_id: str) -> Collection | Payout:
    """The member's payment with this public id.

    Raises: PaymentNotFound, also when it is somebody else's or no id at all.
    """
    for prefix, model in (("collection", Collection), ("payout", Payout)):
        if public_id.startswith(f"{prefix}_"):
            found = model.objects.filter(pk=ids.parse(prefix, public_id), member_id=member_id).first()
            if found is not None:
                return found
    raise PaymentNotFound()


def receipt_of(collection: Collection) -> str:
    """The rail's receipt of the attempt that was paid; empty while it is not known."""
    return (
        collection.attempts.filter(state=AttemptState.PAID)
        .order_by("ended_at")
        .values_list(Coalesce("receipt", Value("")), flat=True)
        .first()
        or ""
    )


def counts_by_state() -> dict[tuple[str, str], int]:
    """How many payments of the entered community are in each state: {("collection", "confirmed"): 7}."""
    counted: dict[tuple[str, str], int] = {}
    for name, model in (("collection", Collection), ("attempt", CollectionAttempt), ("payout", Payout)):
        rows = model.objects.values_list("state").annotate(found=Count("pk")).order_by("state")
        counted |= {(name, state): found for state, found in rows}
    return counted


def _fit(found: QuerySet[Any, Any], kind: Kind, wanted: Wanted, said: dict[str, Any] | None) -> QuerySet[Any, Any]:
    states = STANDINGS[kind].get(wanted.standing, ()) if wanted.standing else None
    limits = {
        "state__in": states,
        "rail": wanted.rail,
        "requested_at__gte": wanted.since,
        "requested_at__lt": wanted.until,
        "amount_minor__gte": wanted.least.amount_minor if wanted.least else None,
        "amount_minor__lte": wanted.most.amount_minor if wanted.most else None,
    }
    came_back = Exists(Onward.objects.filter(payout_id=OuterRef("pk"), state=OnwardState.CAME_BACK))
    if kind == "out" and wanted.standing == "failed":
        limits["state__in"] = None
        found = found.filter(Q(state__in=states) | came_back)
    elif kind == "out" and wanted.standing == "done":
        found = found.exclude(came_back)
    found = found.filter(**{name: value for name, value in limits.items() if value is not None})
    if said is None:
        return found
    return found.filter(_meant(kind, said))


def _meant(kind: Kind, said: dict[str, Any]) -> Q:
    """Any of what the words may mean. Receipts become ids first, so that each part has an index of its own."""
    model = CollectionAttempt if kind == "in" else Payout
    rows = model.objects.filter(rail__in=list(rails.FACTS), receipt__in=said["receipt__in"])
    meant = Q(pk__in=list(rows.values_list("collection_id" if kind == "in" else "pk", flat=True)[:_RECEIPTS_MAX]))
    for name, value in said.items():
        if name != "receipt__in" and value:
            meant |= Q(**{name: value})
    return meant


def _said(text: str, purposes: Callable[[str], list[str]]) -> dict[str, Any]:
    """What the words may mean, each as a column and its values; any of them will do."""
    text = " ".join(text.replace("\0", "").split())[:80]
    meant: dict[str, Any] = {"receipt__in": [text, text.upper()], "purpose__in": purposes(text.casefold())}
    with suppress(Refusal):
        meant["amount_minor"] = Money.read(text, current_community().currency).amount_minor
    for prefix in ("collection", "payout"):
        with suppress(ids.MalformedId):
            meant["pk"] = ids.parse(prefix, text)
    return meant


def titles_of(purposes: Several[str]) -> dict[str, str]:
    """What payments were for: as whoever asked for them says it, else in a word or two."""
    known = described(purposes)
    return {each: known[each].words if each in known else description_of(each) for each in purposes}


def _lines(shown: Sequence[tuple[str, UUID]]) -> list[PaymentLine]:
    """In the order given; a handful of queries however many they are."""
    # What is sealed need not be opened for a list.
    wanted: dict[str, list[UUID]] = {kind: [each for its, each in shown if its == kind] for kind in ("in", "out")}
    ins = {each.pk: each for each in Collection.objects.filter(pk__in=wanted["in"]).defer("phone")}
    outs = {each.pk: each for each in Payout.objects.filter(pk__in=wanted["out"]).defer("phone")}
    receipts = dict(
        CollectionAttempt.objects.filter(collection_id__in=ins, state=AttemptState.PAID)
        .order_by("-ended_at")
        .values_list("collection_id", Coalesce("receipt", Value("")))
    )
    receipts |= {each.pk: each.receipt or "" for each in outs.values()}
    back = _came_back(outs) if outs else set()
    titles = titles_of({*(each.purpose for each in ins.values()), *(each.purpose for each in outs.values())})
    lines = [
        _line("in", ins[each], titles, receipts) if kind == "in" else _line("out", outs[each], titles, receipts)
        for kind, each in shown
    ]
    return [replace(each, standing="failed", reason=CAME_BACK) if each.id in back else each for each in lines]


def _line(kind: Kind, payment: Collection | Payout, titles: dict[str, str], receipts: dict[UUID, str]) -> PaymentLine:
    return PaymentLine(
        id=payment.pk,
        kind=kind,
        member_id=payment.member_id,
        rail=payment.rail,
        amount=Money(payment.amount_minor, payment.currency),
        title=titles[payment.purpose],
        purpose=payment.purpose,
        state=payment.state,
        standing=standing_of(kind, payment.state),
        reason=payment.reason,
        receipt=receipts.get(payment.pk, ""),
        at=payment.requested_at,
    )


def standing_of_payment(payment: Collection | Payout) -> Standing:
    """As `standing_of`; what was sent and came back was not sent."""
    if isinstance(payment, Collection):
        return standing_of("in", payment.state)
    return "failed" if _came_back([payment.pk]) else standing_of("out", payment.state)


def _came_back(payout_ids: Several[UUID]) -> set[UUID]:
    found = Onward.objects.filter(payout_id__in=list(payout_ids), state=OnwardState.CAME_BACK)
    return set(found.values_list("payout_id", flat=True))


def standing_of(kind: Kind, state: str) -> Standing:
    """What the state means for the member."""
    return next(name for name, states in STANDINGS[kind].items() if state in states)
