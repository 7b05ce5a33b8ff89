"""How well a member is known, and what the community's limits and safeguards are."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import member_with_id
from pamoja.kernel.payments.actions.freezing import GUARD, deciding
from pamoja.kernel.payments.actions.guarding import wait_for_turn
from pamoja.kernel.payments.actions.reviewing import said_why
from pamoja.kernel.payments.errors.safety import HoursUnfit, LimitUnfit, TierHeldAlready
from pamoja.kernel.payments.events.safety import LimitsChanged, SafeguardsChanged, TierChanged
from pamoja.kernel.payments.models import MemberTier, PaymentSettings
from pamoja.kernel.payments.queries.limits import tiers_of
from pamoja.kernel.payments.rules.limits import TIER_WORDS, Direction, Period, Tier
from pamoja.kernel.payments.rules.safeguards import APPROVAL_H_MAX, COOLING_H_MAX

SET_LIMITS = "payments.set_limits"
"""May change limits and safeguards for everybody."""

_DIRECTIONS = {Direction.IN: "in", Direction.OUT: "out"}


@action
def set_tier(*, by: Actor, member_id: UUID, tier: Tier, reason: str) -> MemberTier:
    """Note that staff saw who a member is (`verified`), or take that back (`basic`); the reason says what was seen.

    Raises: NotAllowed, MemberNotFound, ReasonMissing; OwnCase; TierHeldAlready.
    """
    by_id, reason = deciding(by, GUARD, about=member_with_id(member_id).pk), said_why(reason)
    wait_for_turn(member_id)
    newest = tiers_of(member_id).first()
    if (newest.tier if newest else Tier.BASIC) == tier:
        raise TierHeldAlready()
    made = MemberTier.objects.create(member_id=member_id, tier=tier, reason=reason, set_by_id=by_id, set_at=clock.now())
    announce(TierChanged(member_id=member_id, standing=TIER_WORDS[tier].lower()))
    return made


Typed = Mapping[tuple[Direction, Period], Money | None]
"""What somebody wants the limits to be; None is without limit."""


@action
def change_limits(*, by: Actor, tier: Tier, limits: Typed) -> None:
    """The limits of a tier in the community's currency, all at once.

    Raises: NotAllowed; LimitUnfit when a shorter time allows more than a longer one.
    """
    by.require(SET_LIMITS)
    code = current_community().currency
    for direction in Direction:
        known = [each for period in Period if (each := limits[direction, period]) is not None]
        if any(longer < shorter for shorter, longer in pairwise(known)):
            raise LimitUnfit(field=f"{direction}_{Period.DAY}")
    row = _settings_for_update()
    own = row.safety.setdefault("limits", {}).setdefault(tier, {})
    for (direction, period), most in limits.items():
        by_currency = own.setdefault(direction, {}).setdefault(period, {})
        by_currency[code] = most.amount_minor if most is not None else None
    _keep(row)
    what = "; ".join(
        f"{_DIRECTIONS[direction]}, {period}: {most.text if most is not None else 'without limit'}"
        for (direction, period), most in limits.items()
    )
    announce(LimitsChanged(tier=TIER_WORDS[tier], what=what))


@action
def change_safeguards(*, by: Actor, large: Money | None, cooling_h: int, approval_h: int) -> None:
    """From which amount a payout needs a second person, how long a new destination waits, how long one may decide.

    Raises: NotAllowed; HoursUnfit.
    """
    by.require(SET_LIMITS)
    for field, hours, least, most in (
        ("cooling_h", cooling_h, 0, COOLING_H_MAX),
        ("approval_h", approval_h, 1, APPROVAL_H_MAX),
    ):
        if not least <= hours <= most:
            raise HoursUnfit(field=field, least=least, most=most)
    row = _settings_for_update()
    code = current_community().currency
    row.safety.setdefault("large", {})[code] = large.amount_minor if large is not None else None
    row.safety |= {"cooling_h": cooling_h, "approval_h": approval_h}
    _keep(row)
    from_ = f"from {large.text}" if large is not None else "never"
    announce(SafeguardsChanged(what=f"two people {from_}, {cooling_h} hours for the new, {approval_h} hours to decide"))


def _settings_for_update() -> Any:
    PaymentSettings.objects.get_or_create()
    return PaymentSettings.objects.select_for_update().get()


def _keep(row: PaymentSettings) -> None:
    row.changed_at = clock.now()
    row.save(update_fields=["safety", "changed_at"])
