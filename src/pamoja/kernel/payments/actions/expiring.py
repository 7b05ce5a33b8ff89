"""Cards that are about to expire: their members are told once, in time to add a new one."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.payments.events import MethodExpires
from pamoja.kernel.payments.models import Method
from pamoja.kernel.payments.rules.methods import EXPIRY_TOLD_DAYS, MethodKind, MethodState, expires_on

# A card that was renewed has another expiry, which is years away: what was told before is of the old one.
_TOLD_ANEW = timedelta(days=2 * EXPIRY_TOLD_DAYS)


@action
def tell_of_expiring_cards(*, by: Actor = SYSTEM, limit: int = 200) -> int:
    """How many were told. Call it until that is less than the limit."""
    now, today = clock.now(), clock.today(current_community().time_zone)
    rows = (
        Method.objects.select_for_update(skip_locked=True)
        .filter(_month(today) | _month(today + timedelta(days=EXPIRY_TOLD_DAYS)))
        .filter(Q(expiry_told_at__isnull=True) | Q(expiry_told_at__lt=now - _TOLD_ANEW))
        .filter(kind=MethodKind.CARD, state=MethodState.VERIFIED)
        .defer("number")
        .order_by("expires_year", "expires_month", "pk")
    )
    told = 0
    for method in rows[:limit]:
        ends_on = expires_on(method.expires_month, method.expires_year)
        if ends_on is None or not timedelta() <= ends_on - today <= timedelta(days=EXPIRY_TOLD_DAYS):
            continue
        method.expiry_told_at = now
        method.save(update_fields=["expiry_told_at"])
        announce(MethodExpires(member_id=method.member_id, method_id=method.pk, what=method.described, ends_on=ends_on))
        told += 1
    return told


def _month(day: date) -> Q:
    return Q(expires_year=day.year, expires_month=day.month)
