"""Asking a member for money: intended, submitted, and tried again or given up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import phone_of
from pamoja.kernel.payments.errors import (
    CollectionEnded,
    CollectionUnderWay,
    KeyReused,
    PhoneMissing,
    RailUnknown,
)
from pamoja.kernel.payments.events import CollectionGivenUp, CollectionRequested, CollectionSubmitted
from pamoja.kernel.payments.models import Collection, CollectionAttempt
from pamoja.kernel.payments.queries import collections as found
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.rules import mpesa, states, timing
from pamoja.kernel.payments.rules.messages import CollectOrder, NoticeKind
from pamoja.kernel.payments.rules.states import CollectionState


@joins_transaction
def collect(
    *,
    member_id: UUID,
    amount: Money,
    purpose: str,
    key: str,
    rail: str = "mpesa",
    phone: str | None = None,
    attempts_max: int | None = None,
    expires_at: datetime | None = None,
) -> Collection:
    """Ask a member's phone for money, which lands in their wallet.

    It is asked for once under a key, and once at a time for a purpose: an open collection for the purpose is returned
    instead of a second one, and asked again at once when it was waiting for its next attempt. `phone` is the member's
    own unless it is given; `attempts_max` says how often they are prompted in all (else the settings say); after
    `expires_at` no further attempt begins.

    Raises: KeyReused with another body; CollectionUnderWay when the open one is for another amount or in review;
        RailUnknown, CurrencyNotCarried, AmountNotWhole, AmountTooSmall, AmountTooLarge, PhoneMissing, PhoneUnfit.
    """
    if before := found.collection_with_key(key):
        return _same(before, member_id, amount, purpose)
    msisdn = checked(rail, amount, phone or phone_of(member_id))
    try:
        with transaction.atomic():
            made = Collection.objects.create(
                member_id=member_id,
                rail=rail,
                amount_minor=amount.amount_minor,
                currency=amount.currency,
                purpose=purpose,
                key=key,
                phone=msisdn,
                attempts_max=attempts_max or settings.retry_policy().attempts_max,
                next_attempt_at=clock.now(),
                expires_at=expires_at,
            )
    except IntegrityError:
        return _standing(member_id, amount, purpose, key)
    announce(
        CollectionRequested(
            **made.told(),
        )
    )
    return made


@joins_transaction
def try_collection_again(collection_id: UUID) -> Collection:
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
    collection.save(update_fields=["attempts_max", "next_attempt_at"])
    announce(
        CollectionRequested(
            **collection.told(),
        )
    )
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
    if found.has_undecided_attempt(collection_id):
        return None
    attempt = CollectionAttempt.objects.create(
        collection=collection,
        number=found.attempts_of(collection_id).count() + 1,
        rail=collection.rail,
        began_at=now,
        next_query_at=timing.silent_at(now),
    )
    collection.state, collection.next_attempt_at = CollectionState.SUBMITTED, None
    collection.save(update_fields=["state", "next_attempt_at"])
    announce(
        CollectionSubmitted(
            **collection.told(),
            attempt=attempt.number,
        )
    )
    return CollectOrder(
        attempt_id=attempt.pk,
        amount=collection.amount,
        phone=str(collection.phone),
        reference=mpesa.account_reference(collection.pk),
        description=mpesa.description_of(collection.purpose),
        token=settings.webhook_token(NoticeKind.COLLECTION, attempt.pk),
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


def checked(rail: str, amount: Money, phone: str | None) -> str:
    """The phone as the rail writes it, once rail, amount and phone are fit.

    Raises: RailUnknown, CurrencyNotCarried, AmountNotWhole, AmountTooSmall, AmountTooLarge, PhoneMissing, PhoneUnfit.
    """
    if rail not in settings.rails():
        raise RailUnknown(rail=rail)
    least, most = settings.limits_kes()
    mpesa.whole_shillings(amount, least=least, most=most)
    if not phone:
        raise PhoneMissing(field="phone")
    return mpesa.msisdn_of(phone)


def _same(before: Collection, member_id: UUID, amount: Money, purpose: str) -> Collection:
    if (before.member_id, before.amount, before.purpose) != (member_id, amount, purpose):
        raise KeyReused()
    return before


def _standing(member_id: UUID, amount: Money, purpose: str, key: str) -> Collection:
    # Somebody else was quicker: with the same key, or with another one for the same purpose.
    if before := found.collection_with_key(key):
        return _same(before, member_id, amount, purpose)
    standing = found.open_collection_for_update(member_id, purpose)
    if standing is None or standing.amount != amount or standing.state == CollectionState.REVIEW:
        raise CollectionUnderWay()
    return try_collection_again(standing.pk) if standing.state == CollectionState.FAILED else standing
