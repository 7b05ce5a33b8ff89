"""How well a member is known, what their limits are, and what of them is used; what a community chose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import Proofs, proofs_of, time_zone_of
from pamoja.kernel.payments.models import Collection, MemberTier, Onward, Payout
from pamoja.kernel.payments.queries.settings import chosen
from pamoja.kernel.payments.queries.wallet import day_begins
from pamoja.kernel.payments.rules import limits
from pamoja.kernel.payments.rules.limits import MONTH, TOP_UP, Allowed, Direction, Period, Tier, Used
from pamoja.kernel.payments.rules.onward import OnwardState
from pamoja.kernel.payments.rules.safeguards import Safeguards, safeguards
from pamoja.kernel.payments.rules.states import CollectionState, PayoutState


@dataclass(frozen=True)
class Room:
    """What a member may still move in one direction."""

    direction: Direction
    tier: Tier
    allowed: Allowed
    used: Used
    currency: str

    @property
    def left(self) -> Money | None:
        """The most that may move now; None without limit."""
        return self._money(limits.left(self.allowed, self.used))

    @property
    def left_today(self) -> Money | None:
        """What may still move today, in one go or in several."""
        known = [limits.left_in(self.allowed, self.used, period) for period in (Period.DAY, Period.MONTH)]
        return self._money(min((each for each in known if each is not None), default=None))

    @property
    def lines(self) -> list[tuple[str, Money | None, Money | None]]:
        """For each period: its words, the limit, and what is left of it."""
        return [
            (
                limits.PERIOD_WORDS[period],
                self._money(self.allowed.of(period)),
                self._money(limits.left_in(self.allowed, self.used, period)),
            )
            for period in Period
        ]

    def _money(self, minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, self.currency)


def wait_for_turn(member_id: UUID) -> None:
    """Let what moves the money of one member happen one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"payments.member:{member_id}"])


def chosen_safety() -> dict[str, Any]:
    """What the community's limits and safeguards differ in from the usual."""
    return dict(chosen().safety)


def safeguards_of(currency: str) -> Safeguards:
    """The community's safeguards."""
    return safeguards(chosen_safety(), currency)


def tier_of(member_id: UUID, proofs: Proofs | None = None) -> Tier:
    """What staff said last, else what the member confirmed."""
    said = tiers_of(member_id).values_list("tier", flat=True).first()
    if said == Tier.VERIFIED:
        return Tier.VERIFIED
    return Tier.BASIC if (proofs or proofs_of(member_id)).is_confirmed else Tier.UNPROVEN


def verified_among(member_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these members whose identity staff checked, as they said last, in one query."""
    newest = MemberTier.objects.filter(member_id__in=list(member_ids)).order_by("member_id", "-set_at", "-id")
    rows = newest.distinct("member_id").values_list("member_id", "tier")
    return {member_id for member_id, tier in rows if tier == Tier.VERIFIED}


def tiers_of(member_id: UUID) -> QuerySet[MemberTier]:
    """All that staff ever said, newest first."""
    return MemberTier.objects.filter(member_id=member_id).order_by("-set_at", "-id")


def room(member_id: UUID, direction: Direction, currency: str | None = None) -> Room:
    """The member's limits and what is used of them, now."""
    code, tier = currency or current_community().currency, tier_of(member_id)
    return Room(
        direction=direction,
        tier=tier,
        allowed=limits.allowed(chosen_safety(), tier, direction, code),
        used=used(member_id, direction, code),
        currency=code,
    )


def table_of_limits(tier: Tier) -> list[tuple[str, list[Money | None]]]:
    """A tier's limits in the community's currency: for each direction, at a time, in a day, in 30 days."""
    code, own = current_community().currency, chosen_safety()
    words = {Direction.OUT: "Send out", Direction.IN: "Fill in"}
    rows = []
    for direction, said in words.items():
        most = limits.allowed(own, tier, direction, code)
        minors = [most.of(period) for period in Period]
        rows.append((said, [None if minor is None else Money(minor, code) for minor in minors]))
    return rows


def used(member_id: UUID, direction: Direction, currency: str) -> Used:
    """What moved today and in the last thirty days, or is on its way, in one query."""
    now = clock.now()
    zone = time_zone_of(member_id)
    today = day_begins(clock.today(zone), zone) or now
    rows = _moved(direction).filter(member_id=member_id, currency=currency, requested_at__gt=now - MONTH)
    found = rows.aggregate(day=Sum("amount_minor", filter=Q(requested_at__gte=today)), month=Sum("amount_minor"))
    return Used(day_minor=int(found["day"] or 0), month_minor=int(found["month"] or 0))


def _moved(direction: Direction) -> QuerySet[Any]:
    if direction == Direction.OUT:
        # What came back to the wallet has not left it.
        came_back = Onward.objects.filter(payout_id=OuterRef("pk"), state=OnwardState.CAME_BACK)
        return Payout.objects.exclude(state=PayoutState.FAILED).exclude(Exists(came_back))
    # What a circle or an invoice is owed was agreed elsewhere; only what a member fills the wallet with counts.
    ended = (CollectionState.GIVEN_UP, CollectionState.EXPIRED)
    return Collection.objects.filter(purpose=TOP_UP).exclude(state__in=ended)


def changed_at(proofs: Proofs) -> datetime | None:
    """When the phone or the way of signing in was last changed."""
    return max((each for each in (proofs.phone_changed_at, proofs.access_changed_at) if each), default=None)
