"""Asking a member for money: intended, submitted, and tried again or given up."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import InsufficientFunds, balance, wallet_of
from pamoja.kernel.payments.actions.methods import ensure_reference
from pamoja.kernel.payments.errors import CollectionEnded, CollectionUnderWay, KeyReused
from pamoja.kernel.payments.events import (
    CollectionConfirmed,
    CollectionGivenUp,
    CollectionRequested,
    CollectionSubmitted,
)
from pamoja.kernel.payments.models import Collection, CollectionAttempt
from pamoja.kernel.payments.queries import choosing, settings
from pamoja.kernel.payments.queries import collections as found
from pamoja.kernel.payments.queries.methods import customer_id_of
from pamoja.kernel.payments.rules import mpesa, rails, states, timing
from pamoja.kernel.payments.rules.messages import CollectOrder, NoticeKind
from pamoja.kernel.payments.rules.states import CollectionState


@joins_transaction
def collect(
    *,
    member_id: UUID,
    amount: Money,
    purpose: str,
    key: str,
    rail: str | None = None,
    phone: str | None = None,
    method_id: UUID | None = None,
    is_attended: bool = False,
    attempts_max: int | None = None,
    expires_at: datetime | None = None,
) -> Collection:
    """Ask a member for money, which lands in their wallet.

    With `method_id`, by that saved way to pay; with `rail` or `phone`, by that one; else by the first that the member
    saved, or by their phone. It is asked for once under a key, and once at a time for a purpose: the open collection
    for the purpose is returned instead, asked again at once when it was waiting; another way to pay replaces one that
    waits. `is_attended`: the member is here and can confirm with their bank. After `expires_at` no attempt begins.

    Raises: KeyReused with another body; CollectionUnderWay when the open one is for another amount or in review;
        RailUnknown, CurrencyNotCarried, AmountNotWhole, AmountTooSmall, AmountTooLarge, PhoneMissing, PhoneUnfit,
        MethodMissing, MethodNotFound, MethodUnusable; InsufficientFunds (ledger) for the wallet.
    """
    if before := found.collection_with_key(key):
        return _same(before, member_id, amount, purpose)
    way = choosing.way_to_pay(member_id, amount, rail=rail, phone=phone, method_id=method_id)
    columns: dict[str, Any] = {
        "member_id": member_id,
        "rail": way.rail,
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "purpose": purpose,
        "key": key,
        "phone": way.phone,
        "method_id": way.method_id,
        "is_attended": is_attended,
        "attempts_max": attempts_max or settings.retry_policy(way.rail).attempts_max,
        "expires_at": expires_at,
    }
    made = _intend(columns)
    if made is None:
        if standing := _standing(member_id, amount, purpose, key, way):
            return standing
        made = _intend(columns)
    if made is None:
        raise CollectionUnderWay()
    return _asked_for(made)


@joins_transaction
def try_collection_again(collection_id: UUID, *, is_attended: bool = False) -> Collection:
    """Ask the member again now instead of at the next attempt's time.

    Raises: PaymentNotFound; CollectionUnderWay while a prompt is open; CollectionEnded.
    """
    collection = found.collection_for_update(collection_id)
    if collection.state in (CollectionState.SUBMITTED, CollectionState.REVIEW):
        raise CollectionUnderWay()
    if collection.state not in (CollectionState.INTENDED, CollectionState.FAILED):
        raise CollectionEnded()
    collection.attempts_max = max(collection.attempts_max, found.attempts_shown(collection_id) + 1)
    collection.next_attempt_at = clock.now()
    collection.is_attended = is_attended
    collection.save(update_fields=["attempts_max", "next_attempt_at", "is_attended"])
    announce(CollectionRequested(**collection.told()))
    return collection


@joins_transaction
def give_up_collection(collection_id: UUID, *, reason: str, reason_code: str = "withdrawn") -> Collection:
    """Ask no more. Money that is on its way all the same still lands in the wallet; an ended one stays as it is.

    Raises: PaymentNotFound.
    """
    collection = found.collection_for_update(collection_id)
    if collection.state in states.OPEN_COLLECTIONS and collection.state != CollectionState.REVIEW:
        end(collection, CollectionState.GIVEN_UP, reason_code, reason)
    return collection


@action
def expire_collections(*, by: Actor = SYSTEM, limit: int = 200) -> int:
    """End those that still wait although their time is over; says how many."""
    expired = list(found.collections_to_expire(clock.now(), limit))
    for collection in expired:
        end(collection, CollectionState.EXPIRED, "expired", "The time for it is over.")
    return len(expired)


@action
def begin_attempt(*, by: Actor = SYSTEM, collection_id: UUID) -> CollectOrder | None:
    """Note that the phone is about to be asked, and say what to ask; nothing when it is not its time."""
    now = clock.now()
    collection = found.collection_for_update(collection_id)
    if collection.next_attempt_at is None or collection.next_attempt_at > now:
        return None
    if collection.expires_at is not None and collection.expires_at <= now:
        end(collection, CollectionState.EXPIRED, "expired", "The time for it is over.")
        return None
    before = found.states_of_attempts(collection_id)
    if any(state in states.UNDECIDED_ATTEMPTS for state in before):
        return None
    attempt = CollectionAttempt.objects.create(
        collection=collection,
        number=len(before) + 1,
        rail=collection.rail,
        is_attended=collection.is_attended,
        began_at=now,
        next_query_at=timing.silent_at(now),
    )
    order = order_of(collection, attempt)
    collection.state, collection.next_attempt_at, collection.is_attended = CollectionState.SUBMITTED, None, False
    collection.save(update_fields=["state", "next_attempt_at", "is_attended"])
    announce(CollectionSubmitted(**collection.told(), attempt=attempt.number))
    return order


def order_of(collection: Collection, attempt: CollectionAttempt) -> CollectOrder:
    """What the rail is told of an attempt; the same whenever it is told, but for the token and who is here."""
    method = collection.method
    return CollectOrder(
        attempt_id=attempt.pk,
        rail=attempt.rail,
        amount=collection.amount,
        phone=str(collection.phone),
        reference=mpesa.account_reference(collection.pk),
        description=mpesa.description_of(collection.purpose),
        token=settings.webhook_token(NoticeKind.COLLECTION, attempt.pk),
        customer_id=customer_id_of(collection.member_id, attempt.rail) if method else "",
        method_id=(method.rail_id or "") if method else "",
        method_kind=method.kind if method else "",
        mandate_id=method.mandate_id if method else "",
        is_attended=attempt.is_attended,
        return_url=settings.payment_page(collection.pk),
    )


def end(collection: Collection, state: CollectionState, reason_code: str, reason: str) -> None:
    """Stop asking, and say so. The collection is locked by the caller."""
    collection.state, collection.next_attempt_at = state, None
    collection.reason_code, collection.reason = reason_code, reason
    collection.save(update_fields=["state", "next_attempt_at", "reason_code", "reason"])
    announce(
        CollectionGivenUp(
            **collection.told(),
            reason_code=reason_code,
            reason=reason,
        )
    )


def _intend(columns: dict[str, Any]) -> Collection | None:
    try:
        with transaction.atomic():
            return Collection.objects.create(next_attempt_at=clock.now(), **columns)
    except IntegrityError:
        return None


def _asked_for(made: Collection) -> Collection:
    if made.rail == rails.BANK:
        ensure_reference(made.member_id)
    announce(CollectionRequested(**made.told()))
    return _taken_from_wallet(made) if made.rail == rails.WALLET else made


def _same(before: Collection, member_id: UUID, amount: Money, purpose: str) -> Collection:
    if (before.member_id, before.amount, before.purpose) != (member_id, amount, purpose):
        raise KeyReused()
    return before


def _standing(member_id: UUID, amount: Money, purpose: str, key: str, way: choosing.Way) -> Collection | None:
    # Somebody else was quicker: with the same key, or with another one for the same purpose.
    if before := found.collection_with_key(key):
        return _same(before, member_id, amount, purpose)
    standing = found.open_collection_for_update(member_id, purpose)
    if standing is None:
        raise CollectionUnderWay()
    if _may_be_replaced(standing) and not _is_by(standing, way, amount):
        end(standing, CollectionState.GIVEN_UP, "replaced", "Another way to pay was chosen.")
        return None
    if standing.amount != amount or standing.state == CollectionState.REVIEW:
        raise CollectionUnderWay()
    if standing.state == CollectionState.FAILED:
        return try_collection_again(standing.pk, is_attended=way.is_chosen)
    return standing


def _may_be_replaced(standing: Collection) -> bool:
    # A transfer that somebody may still make keeps nobody from paying otherwise: if both come, both are in the wallet.
    return standing.rail == rails.BANK or standing.state == CollectionState.FAILED


def _is_by(standing: Collection, way: choosing.Way, amount: Money) -> bool:
    return (standing.rail, standing.method_id, standing.amount) == (way.rail, way.method_id, amount)


def _taken_from_wallet(collection: Collection) -> Collection:
    """The money is in the wallet already: asked for and there in one step."""
    available = balance(wallet_of(collection.member_id, collection.currency)).available
    if available < collection.amount:
        raise InsufficientFunds(field="amount", available=available.text, asked=collection.amount.text)
    collection.state, collection.next_attempt_at = CollectionState.SUBMITTED, None
    collection.save(update_fields=["state", "next_attempt_at"])
    collection.state, collection.confirmed_at = CollectionState.CONFIRMED, clock.now()
    collection.save(update_fields=["state", "confirmed_at"])
    announce(CollectionConfirmed(**collection.told(), receipt=""))
    return collection
