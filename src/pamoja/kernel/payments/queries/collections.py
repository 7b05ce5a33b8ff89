"""Reading collections and their attempts; locks are taken collection first, then attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.models import Collection, CollectionAttempt, WebhookInbox
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.states import (
    OPEN_ATTEMPTS,
    OPEN_COLLECTIONS,
    UNDECIDED_ATTEMPTS,
    AttemptState,
    CollectionState,
)


def collection(collection_id: UUID) -> Collection:
    """Raises: PaymentNotFound."""
    found = Collection.objects.filter(pk=collection_id).first()
    if found is None:
        raise PaymentNotFound()
    return found


def collections_for(purpose: str) -> QuerySet[Collection]:
    """All that was ever asked for this purpose, newest first."""
    return Collection.objects.filter(purpose=purpose).order_by("-requested_at", "-id")


def collection_with_key(key: str) -> Collection | None:
    """The collection that this key made."""
    return Collection.objects.filter(key=key).first()


def collection_for_update(collection_id: UUID) -> Collection:
    """Locked. Raises: PaymentNotFound."""
    found = Collection.objects.select_for_update().filter(pk=collection_id).first()
    if found is None:
        raise PaymentNotFound()
    return found


def open_collection_for_update(member_id: UUID, purpose: str) -> Collection | None:
    """The one collection that is open for this member and purpose, locked."""
    return (
        Collection.objects.select_for_update()
        .filter(member_id=member_id, purpose=purpose, state__in=OPEN_COLLECTIONS)
        .first()
    )


def attempt_for_update(attempt_id: UUID) -> tuple[Collection, CollectionAttempt]:
    """The attempt with its collection, both locked, always in this order.

    Raises: PaymentNotFound.
    """
    collection = Collection.objects.select_for_update(of=("self",)).filter(attempts__pk=attempt_id).first()
    if collection is None:
        raise PaymentNotFound()
    attempt = CollectionAttempt.objects.select_for_update().get(pk=attempt_id)
    attempt.collection = collection
    return collection, attempt


def attempts_of(collection_id: UUID) -> QuerySet[CollectionAttempt]:
    """Oldest first."""
    return CollectionAttempt.objects.filter(collection_id=collection_id).order_by("number")


def has_open_attempt(collection_id: UUID) -> bool:
    """Whether a prompt may be on the phone."""
    return attempts_of(collection_id).filter(state__in=OPEN_ATTEMPTS).exists()


def has_undecided_attempt(collection_id: UUID) -> bool:
    """Whether a prompt may be on the phone, or waits for a person's decision."""
    return attempts_of(collection_id).filter(state__in=UNDECIDED_ATTEMPTS).exists()


def states_of_attempts(collection_id: UUID) -> list[str]:
    """Of each attempt, oldest first."""
    return list(attempts_of(collection_id).values_list("state", flat=True))


def attempts_shown(collection_id: UUID) -> int:
    """How often the member was (or may have been) prompted."""
    return attempts_of(collection_id).filter(was_shown=True).count()


def attempts_refused(collection_id: UUID) -> int:
    """How often the rail's gate refused before anybody was prompted."""
    return attempts_of(collection_id).filter(was_shown=False).count()


def collections_to_submit(now: datetime, limit: int) -> QuerySet[Collection]:
    """Those whose time to ask has come; not those that another sweep has."""
    return (
        Collection.objects.select_for_update(skip_locked=True)
        .filter(next_attempt_at__lte=now)
        .order_by("next_attempt_at")[:limit]
    )


def collections_to_expire(now: datetime, limit: int) -> QuerySet[Collection]:
    """Those that wait although their time is over."""
    return (
        Collection.objects.select_for_update(skip_locked=True)
        .filter(state__in=[CollectionState.INTENDED, CollectionState.FAILED], expires_at__lte=now)
        .order_by("expires_at")[:limit]
    )


def attempts_to_query(now: datetime, limit: int) -> QuerySet[CollectionAttempt]:
    """Those about which the rail should be asked now; not those that another sweep has."""
    return (
        CollectionAttempt.objects.select_for_update(skip_locked=True)
        .filter(next_query_at__lte=now)
        .order_by("next_query_at")[:limit]
    )


def attempt_with_rail_id(rail: str, rail_id: str) -> CollectionAttempt | None:
    """The attempt that the rail calls by this id."""
    return CollectionAttempt.objects.filter(rail=rail, checkout_request_id=rail_id).first()


def doubtful_attempts_for_update(collection_ids: Sequence[UUID]) -> QuerySet[CollectionAttempt]:
    """Ended attempts of which the rail is still asked, because some have seen money move after such an end."""
    return (
        CollectionAttempt.objects.select_for_update(skip_locked=True)
        .filter(
            collection_id__in=collection_ids,
            state__in=[AttemptState.FAILED, AttemptState.EXPIRED],
            checkout_request_id__isnull=False,
            next_query_at__isnull=False,
        )
        .order_by("collection_id", "number")
    )


def attempts_in_doubt() -> QuerySet[CollectionAttempt]:
    """Those a person should look at, oldest first."""
    return (
        CollectionAttempt.objects.filter(~Q(doubt=""), resolved_at__isnull=True)
        .select_related("collection")
        .order_by("began_at")
    )


@dataclass(frozen=True)
class Claims:
    """What trusted webhooks claim about a prompt that they call paid."""

    receipts: frozenset[str]
    amounts_minor: frozenset[int]


def claims_about(attempt: CollectionAttempt, rail_id: str) -> Claims:
    """The receipts and amounts claimed for the attempt under the rail's own id for it."""
    rows = WebhookInbox.objects.filter(
        kind=NoticeKind.COLLECTION,
        subject_id=attempt.pk,
        is_trusted=True,
        applied_at__isnull=False,
        claimed_id=rail_id,
        claimed_code="0",
    ).values_list("claimed_receipt", "claimed_minor")
    return Claims(
        frozenset(receipt for receipt, _ in rows if receipt), frozenset(minor for _, minor in rows if minor is not None)
    )


def candidate_ids(attempt: CollectionAttempt) -> list[str]:
    """Ids that trusted webhooks gave for an attempt whose answer never came; the newest first, each once."""
    claimed = (
        WebhookInbox.objects.filter(
            kind=NoticeKind.COLLECTION, subject_id=attempt.pk, is_trusted=True, applied_at__isnull=False
        )
        .exclude(claimed_id="")
        .order_by("-received_at")
        .values_list("claimed_id", flat=True)[:20]
    )
    return list(dict.fromkeys(claimed))


def is_receipt_free(rail: str, receipt: str, *, attempt_id: UUID) -> bool:
    """Whether no other attempt has this receipt (in this community; the database asks all of them)."""
    return not CollectionAttempt.objects.filter(rail=rail, receipt=receipt).exclude(pk=attempt_id).exists()
