"""What a rule saw, as staff read it; and how much waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from pamoja.foundation.actions import Actor
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import OPERATOR, Member, declared_roles
from pamoja.kernel.payments.models import Freeze
from pamoja.kernel.payments.queries import freezes

_WORDS = {
    "amount_minor": "Amount",
    "is_own": "Asked for by the member",
    "payouts_hour": "Payouts in the hour before",
    "failures": "Payments that failed in the hour before",
    "access_changed_h": "Hours since phone or sign-in changed",
    "payouts_before": "Payouts that arrived before",
    "largest_minor": "The largest of them",
    "sharing": "Other members with the same phone, card or account",
    "filled_minor": "Filled in the hour before",
    "noticeable_minor": "Amounts are looked at from",
}


@dataclass(frozen=True)
class Waiting:
    """How many things wait for staff."""

    freezes: int
    approvals: int

    def __bool__(self) -> bool:
        return bool(self.freezes or self.approvals)


def waiting_for(actor: Actor) -> Waiting:
    """What waits that this person may decide; nothing for who may not."""
    return Waiting(
        freezes=freezes.open_freezes().count() if actor.may("payments.guard") else 0,
        approvals=freezes.waiting_approvals().count() if actor.may("payments.approve") else 0,
    )


def staff_with(permission: str) -> list[UUID]:
    """The active members who hold the permission, by whatever role."""
    roles = [name for name, permissions in declared_roles().items() if permission in permissions] + [OPERATOR]
    holds = Q()
    for role in roles:
        holds |= Q(roles__contains=[role])
    return list(Member.objects.filter(holds, is_active=True).order_by("pk").values_list("pk", flat=True))


def doors(actor: Actor, here: str) -> dict[str, bool | str]:
    """Which of the pages about safety this person may enter, what they may do there, and which one this is."""
    may_guard, may_adjust, may_set = (actor.may(f"payments.{each}") for each in ("guard", "adjust", "set_limits"))
    return {
        "tab": here,
        "may_guard": may_guard,
        "may_adjust": may_adjust,
        "may_decide": may_adjust or actor.may("payments.approve"),
        "may_find": may_guard or may_adjust,
        "may_limit": may_guard or may_set,
        "may_set": may_set,
        "may_manage": actor.may("payments.manage"),
    }


def facts_in_words(freeze: Freeze) -> list[tuple[str, str]]:
    """The facts that a rule judged, named."""
    code = freeze.payout.currency if freeze.payout else current_community().currency
    return [(_WORDS[name], _shown(name, value, code)) for name, value in freeze.facts.items() if name in _WORDS]


def _shown(name: str, value: Any, code: str) -> str:
    if value is None:
        return "never"
    if name.endswith("_minor"):
        return Money(value, code).text
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
