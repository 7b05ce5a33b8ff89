"""What is known about a payout when it is to leave: the facts that the rules judge."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Max, Sum

from pamoja.foundation import clock
from pamoja.kernel.identity.public import proofs_of
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Method, Payout
from pamoja.kernel.payments.queries.limits import changed_at, safeguards_of
from pamoja.kernel.payments.rules.limits import TOP_UP, WITHDRAWAL
from pamoja.kernel.payments.rules.methods import MethodState
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState, PayoutState
from pamoja.kernel.payments.rules.watching import Facts

_WHILE = timedelta(hours=1)


def facts_of(payout: Payout) -> Facts:
    """What the rules are asked with."""
    now, member_id = clock.now(), payout.member_id
    since_change = changed_at(proofs_of(member_id))
    before = Payout.objects.filter(member_id=member_id, currency=payout.currency, state=PayoutState.CONFIRMED)
    known = before.aggregate(count=Count("pk"), largest=Max("amount_minor"))
    filled = Collection.objects.filter(
        member_id=member_id,
        currency=payout.currency,
        purpose=TOP_UP,
        state=CollectionState.CONFIRMED,
        confirmed_at__gt=now - _WHILE,
    ).aggregate(minor=Sum("amount_minor"))
    return Facts(
        amount_minor=payout.amount_minor,
        noticeable_minor=safeguards_of(payout.currency).noticeable_minor,
        is_own=payout.purpose == WITHDRAWAL,
        failures=_failures(member_id),
        payouts_hour=_payouts_hour(payout),
        access_changed_h=(now - since_change).total_seconds() / 3600 if since_change else None,
        payouts_before=known["count"],
        largest_minor=known["largest"] or 0,
        sharing=_sharing(member_id),
        filled_minor=filled["minor"] or 0,
    )


def _failures(member_id: UUID) -> int:
    failed = CollectionAttempt.objects.filter(
        collection__member_id=member_id, state=AttemptState.FAILED, ended_at__gt=clock.now() - _WHILE
    )
    return failed.count()


def _payouts_hour(payout: Payout) -> int:
    mine = Payout.objects.filter(member_id=payout.member_id, requested_at__gt=clock.now() - _WHILE)
    return mine.exclude(pk=payout.pk).count()


def _sharing(member_id: UUID) -> int:
    """How many other members have the same phone, card or account among their ways to pay."""
    kept = Method.objects.exclude(state=MethodState.REMOVED).exclude(fingerprint="")
    own = kept.filter(member_id=member_id).values("fingerprint")
    others = kept.filter(fingerprint__in=own).exclude(member_id=member_id)
    return others.values("member_id").distinct().count()
