"""A member's payments in one list, money in and out, and counts for the operator."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Coalesce

from pamoja.foundation import ids
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import described
from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Payout
from pamoja.kernel.payments.rules.mpesa import description_of
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
        "checking": (PayoutState.REVIEW,),
    },
}


@dataclass(frozen=True)
class PaymentLine:
    """One payment as its member sees it: `title` says what it was for, `standing` sums its state up."""

    id: UUID
    kind: Kind
    amount: Money
    title: str
    purpose: str
    state: str
    standing: Standing
    reason: str
    at: datetime

    @property
    def public_id(self) -> str:
        return ids.public("collection" if self.kind == "in" else "payout", self.id)


class PaymentLines:
    """A list of payments that is counted and sliced by the database, as pages need it."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._rows = rows

    def count(self) -> int:
        return int(self._rows.count())

    def __getitem__(self, wanted: slice) -> list[PaymentLine]:
        return _lines(self._rows[wanted])

    def __iter__(self) -> Iterator[PaymentLine]:
        return iter(_lines(self._rows))


_MODELS: tuple[tuple[type[Collection] | type[Payout], Kind], ...] = ((Collection, "in"), (Payout, "out"))


def member_payments(
    member_id: UUID,
    *,
    kind: Kind | None = None,
    standing: Standing | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> PaymentLines:
    """The member's payments, newest first; `until` is excluded."""
    rows = [
        _rows(model.objects.filter(member_id=member_id), each, standing, since, until)
        for model, each in _MODELS
        if kind in (None, each)
    ]
    return PaymentLines(rows[0].union(*rows[1:], all=True).order_by("-at", "-id"))


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


def _rows(
    found: QuerySet[Any, Any], kind: Kind, standing: Standing | None, since: datetime | None, until: datetime | None
) -> QuerySet[Any, Any]:
    if standing is not None:
        found = found.filter(state__in=STANDINGS[kind].get(standing, ()))
    if since is not None:
        found = found.filter(requested_at__gte=since)
    if until is not None:
        found = found.filter(requested_at__lt=until)
    named: QuerySet[Any, Any] = found.annotate(at=F("requested_at"), kind=Value(kind)).values(
        "id", "kind", "amount_minor", "currency", "purpose", "state", "reason", "at"
    )
    return named


def titles_of(purposes: Several[str]) -> dict[str, str]:
    """What payments were for: as whoever asked for them says it, else in a word or two."""
    known = described(purposes)
    return {each: known[each].words if each in known else description_of(each) for each in purposes}


def _lines(found: Iterable[dict[str, Any]]) -> list[PaymentLine]:
    rows = list(found)
    titles = titles_of({row["purpose"] for row in rows})
    return [_line(row, titles[row["purpose"]]) for row in rows]


def _line(row: dict[str, Any], title: str) -> PaymentLine:
    return PaymentLine(
        id=row["id"],
        kind=row["kind"],
        amount=Money(row["amount_minor"], row["currency"]),
        title=title,
        purpose=row["purpose"],
        state=row["state"],
        standing=standing_of(row["kind"], row["state"]),
        reason=row["reason"],
        at=row["at"],
    )


def standing_of(kind: Kind, state: str) -> Standing:
    """What the state means for the member."""
    return next(name for name, states in STANDINGS[kind].items() if state in states)
