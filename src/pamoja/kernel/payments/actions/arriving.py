"""Payments that members make by themselves at M-PESA's menu: noted, asked about, and posted once the rail says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.money import Money
from pamoja.kernel.payments.actions.casework import close_case, open_case
from pamoja.kernel.payments.actions.depositing import Came, keep_deposit
from pamoja.kernel.payments.actions.methods import ensure_reference
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.actions.settling import grant, keep_receipt
from pamoja.kernel.payments.errors import PaymentNotFound, ReceiptUnfit
from pamoja.kernel.payments.models import Arrival, Collection, CollectionAttempt
from pamoja.kernel.payments.queries import arrivals as found
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.queries.collections import collection_for_update
from pamoja.kernel.payments.queries.methods import member_with_reference
from pamoja.kernel.payments.rules import mpesa, rails, timing
from pamoja.kernel.payments.rules.arrivals import ArrivalState, Verdict, judged, number_in, receipt_in
from pamoja.kernel.payments.rules.bank_statements import PaidIn
from pamoja.kernel.payments.rules.givingback import CaseKind
from pamoja.kernel.payments.rules.messages import Notice, NoticeKind
from pamoja.kernel.payments.rules.references import references_in
from pamoja.kernel.payments.rules.states import AttemptState

_DIFFERS = "It was told of with two account numbers"


@dataclass(frozen=True)
class ArrivalQuestion:
    """Ask the rail about this receipt; the answer comes to the address with the token."""

    arrival_id: UUID
    receipt: str
    token: str


@action
def own_reference(*, by: Actor) -> str:
    """What the member writes on what they pay by themselves; made the first time. Empty for who is no member."""
    return ensure_reference(by.member_id) if by.member_id else ""


@joins_transaction
def note_arrival(notice: Notice) -> str:
    """Somebody says that a payment came: ask the rail. Says in a word what was done."""
    made, is_new = _claimed(notice.receipt, reference=notice.reference, claimed_minor=notice.amount_minor)
    if made is None:
        return "another community's"
    if is_new:
        return ""
    if made.state == ArrivalState.CLAIMED and made.collection_id is None and made.reference != notice.reference:
        # One receipt is one payment: whoever says two things of it is not believed in either.
        made.reference, made.note = "", _DIFFERS
        made.save(update_fields=["reference", "note"])
        return "another account"
    return "told before"


@action
def claim_receipt(*, by: Actor, collection_id: UUID, receipt: str) -> Arrival:
    """A member (or who manages payments) copies the receipt of a payment of which nothing was heard: ask M-PESA.

    It is believed when M-PESA says that this phone paid us this much with this receipt, and it belongs to nothing else.

    Raises: PaymentNotFound, also when it is somebody else's or no prompt's; ReceiptUnfit.
    """
    collection = collection_for_update(collection_id)
    if collection.rail != rails.MPESA or not (by.member_id == collection.member_id or by.may(MANAGE)):
        raise PaymentNotFound()
    wanted = receipt_in(receipt)
    made, is_new = _claimed(wanted, collection=collection) if wanted else (None, False)
    if made is None:
        raise ReceiptUnfit(field="receipt")
    if not is_new and made.state != ArrivalState.CONFIRMED and made.collection_id in (None, collection.pk):
        made.collection_id = collection.pk
        made.next_query_at = clock.now()
        made.save(update_fields=["collection", "next_query_at"])
    return made


@action
def claim_statement(*, by: Actor, lines: Sequence[PaidIn]) -> int:
    """What M-PESA's portal lists and we have not posted: each is asked about like any other. Says how many.

    Raises: NotAllowed.
    """
    by.require(MANAGE)
    unknown = found.unposted(rails.MPESA, lines)
    for line in unknown:
        made, is_new = _claimed(line.receipt, reference=line.account, claimed_minor=line.amount_minor)
        if made is not None and not is_new:
            made.next_query_at = clock.now()
            made.save(update_fields=["next_query_at"])
    return len(unknown)


@action
def take_due_arrivals(*, by: Actor = SYSTEM, limit: int = 100) -> list[ArrivalQuestion]:
    """The payments to ask about now; of which nothing was heard to the end, a person should look."""
    now, due = clock.now(), []
    for arrival in found.arrivals_to_query(now, limit):
        arrival.next_query_at = timing.next_query_at(arrival.claimed_at, now)
        arrival.queries_made += 1
        arrival.save(update_fields=["next_query_at", "queries_made"])
        if arrival.next_query_at is None and arrival.state == ArrivalState.CLAIMED:
            _review(arrival, "M-PESA has not said whether it came")
        token = settings.webhook_token(NoticeKind.C2B_STATE, arrival.pk)
        due.append(ArrivalQuestion(arrival.pk, arrival.receipt, token))
    return due


@joins_transaction
def settle_arrival(arrival_id: UUID, answer: Notice) -> str:
    """Believe the rail's answer about a payment; says in a word what came of it."""
    arrival, now = found.arrival_for_update(arrival_id), clock.now()
    if arrival is None or arrival.state == ArrivalState.CONFIRMED:
        return "settled before"
    verdict = judged(answer, receipt=arrival.receipt, payee=found.shortcode(), claimed_at=arrival.claimed_at, now=now)
    if verdict == Verdict.NOT_YET_KNOWN:
        return "pending"
    if verdict == Verdict.UNCERTAIN:
        _review(arrival, "M-PESA's answer does not name it clearly")
    elif verdict == Verdict.NEVER_CAME:
        if arrival.state == ArrivalState.CLAIMED:
            _end(arrival, ArrivalState.REFUSED, "M-PESA knows of no such payment to us", now)
    else:
        _land(arrival, answer, now)
    return str(arrival.state)


def _claimed(
    receipt: str, *, reference: str = "", claimed_minor: int | None = None, collection: Collection | None = None
) -> tuple[Arrival | None, bool]:
    """The arrival with this receipt, locked, and whether it is new; none when it is another community's."""
    for _ in range(2):
        before = Arrival.objects.select_for_update(of=("self",)).filter(rail=rails.MPESA, receipt=receipt).first()
        if before is not None:
            return before, False
        try:
            with transaction.atomic():
                return Arrival.objects.create(
                    rail=rails.MPESA, receipt=receipt, reference=reference[:40], claimed_minor=claimed_minor,
                    currency=mpesa.CURRENCY, collection=collection, next_query_at=clock.now(),
                ), True  # fmt: skip
        except IntegrityError:
            continue
    return None, False


def _land(arrival: Arrival, answer: Notice, now: datetime) -> None:
    amount = Money(answer.amount_minor or 0, arrival.currency)
    if found.attempt_with_receipt(arrival.rail, arrival.receipt):
        _end(arrival, ArrivalState.CONFIRMED, "A prompt brought it", now)
        return
    collection = arrival.collection or found.pushed_collection(arrival.reference)
    if collection is not None:
        collection = collection_for_update(collection.pk)
    if arrival.collection_id and collection and not _is_of_phone(answer, collection):
        _review(arrival, "The receipt that was named is another phone's")
        return
    if collection is not None and _was_brought_by_prompt(arrival, collection, amount):
        _end(arrival, ArrivalState.CONFIRMED, "A prompt brought it", now)
        return
    member_id = collection.member_id if collection else member_with_reference(references_in(arrival.reference))
    came = Came(rails.MPESA, arrival.receipt, amount, arrival.reference, "M-PESA paybill")
    keep_deposit(came, member_id)
    _end(arrival, ArrivalState.CONFIRMED, "" if member_id else "Nobody knows whose it is", now)


def _was_brought_by_prompt(arrival: Arrival, collection: Collection, amount: Money) -> bool:
    """One payment may be told twice, as a prompt's and as one by menu: then it belongs to the prompt, once."""
    if amount != collection.amount:
        return False
    for attempt in found.attempts_without_receipt(collection.pk):
        if attempt.state == AttemptState.PAID:
            keep_receipt(attempt, frozenset({arrival.receipt}))
            return True
        _pay(collection, attempt, arrival.receipt)
        return True
    return False


def _pay(collection: Collection, attempt: CollectionAttempt, receipt: str) -> None:
    attempt.result_code, attempt.result_text = "0", "Found by its receipt"
    keep_receipt(attempt, frozenset({receipt}))
    grant(collection, attempt)


def _is_of_phone(answer: Notice, collection: Collection) -> bool:
    return bool(collection.phone) and number_in(answer.payer) == str(collection.phone)


def _end(arrival: Arrival, state: ArrivalState, note: str, now: datetime) -> None:
    arrival.state, arrival.note, arrival.ended_at, arrival.next_query_at = state, note or arrival.note, now, None
    arrival.save(update_fields=["state", "note", "ended_at", "next_query_at"])
    if state == ArrivalState.CONFIRMED:
        close_case(kind=CaseKind.DIFFERENCE, subject=f"arrival:{arrival.pk}", reason="M-PESA has confirmed it")


def _review(arrival: Arrival, why: str) -> None:
    if arrival.state == ArrivalState.CLAIMED:
        arrival.state, arrival.note = ArrivalState.REVIEW, why
        arrival.save(update_fields=["state", "note"])
    open_case(
        kind=CaseKind.DIFFERENCE,
        subject=f"arrival:{arrival.pk}",
        says=f"Receipt {arrival.receipt}: {why}. Nothing was posted; look for it on M-PESA's statement",
        amount=arrival.amount,
        member_id=arrival.collection.member_id if arrival.collection else None,
    )
