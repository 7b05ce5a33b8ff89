"""The facts about limits, freezes and approvals. What a member's feed shows never names the rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from pamoja.foundation.events import Event
from pamoja.foundation.money import Money
from pamoja.kernel.payments.events import PayoutEvent

SAFETY = "payments:safety"
"""The subject under which staff find what concerns the community as a whole."""


@dataclass(frozen=True, kw_only=True)
class TierChanged(Event):
    """Staff checked who a member is, or took that back."""

    name: ClassVar[str] = "payments.tier_changed"
    sentence: ClassVar[str] = "{by} noted {member} as {standing}."
    member_id: UUID
    standing: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}", SAFETY)


@dataclass(frozen=True, kw_only=True)
class LimitsChanged(Event):
    """How much members of a tier may move."""

    name: ClassVar[str] = "payments.limits_changed"
    sentence: ClassVar[str] = "{by} changed the limits of “{tier}”: {what}."
    tier: str
    what: str

    def subjects(self) -> tuple[str, ...]:
        return (SAFETY,)


@dataclass(frozen=True, kw_only=True)
class SafeguardsChanged(Event):
    """From which amount two people decide, and how long things wait."""

    name: ClassVar[str] = "payments.safeguards_changed"
    sentence: ClassVar[str] = "{by} changed the safeguards: {what}."
    what: str

    def subjects(self) -> tuple[str, ...]:
        return (SAFETY,)


@dataclass(frozen=True, kw_only=True)
class PayoutHeldBack(PayoutEvent):
    """It waits in the wallet, held, until a person has agreed."""

    name: ClassVar[str] = "payments.payout_held_back"
    sentence: ClassVar[str] = "{amount} for {member} waits until somebody has looked at it."


@dataclass(frozen=True, kw_only=True)
class FreezeEvent(Event):
    """Something happened to money that is not let out for now."""

    freeze_id: UUID
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class MoneyFrozen(FreezeEvent):
    """For the member's feed: kind, and without the rule."""

    name: ClassVar[str] = "payments.money_frozen"
    sentence: ClassVar[str] = "Money out of {member}'s wallet is being looked at first."

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class MoneyFreed(FreezeEvent):
    """For the member's feed."""

    name: ClassVar[str] = "payments.money_freed"
    sentence: ClassVar[str] = "Money out of {member}'s wallet is free again."

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class FreezeBegan(FreezeEvent):
    """For staff: why, by which rule or whom."""

    name: ClassVar[str] = "payments.freeze_began"
    sentence: ClassVar[str] = "{by} froze {what} of {member}: {why}."
    what: str
    why: str
    rule: str

    def subjects(self) -> tuple[str, ...]:
        return (f"freeze:{self.freeze_id}", SAFETY)


@dataclass(frozen=True, kw_only=True)
class FreezeLifted(FreezeEvent):
    """For staff: by whom and why."""

    name: ClassVar[str] = "payments.freeze_lifted"
    sentence: ClassVar[str] = "{by} lifted a freeze of {member}, {outcome}: {why}."
    outcome: str
    why: str

    def subjects(self) -> tuple[str, ...]:
        return (f"freeze:{self.freeze_id}", SAFETY)


@dataclass(frozen=True, kw_only=True)
class ApprovalEvent(Event):
    """Something that two people decide. `what`: a large payout or a correction, in words."""

    approval_id: UUID
    member_id: UUID
    amount: Money
    what: str

    def subjects(self) -> tuple[str, ...]:
        return (f"approval:{self.approval_id}", SAFETY)


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(ApprovalEvent):
    name: ClassVar[str] = "payments.approval_asked"
    sentence: ClassVar[str] = "{by} needs a second person for {what}, {amount}, {member}: {reason}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApprovalGiven(ApprovalEvent):
    name: ClassVar[str] = "payments.approval_given"
    sentence: ClassVar[str] = "{by} approved {what}, {amount}, {member}: {reason}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApprovalDeclined(ApprovalEvent):
    name: ClassVar[str] = "payments.approval_declined"
    sentence: ClassVar[str] = "{by} declined {what}, {amount}, {member}: {reason}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApprovalExpired(ApprovalEvent):
    name: ClassVar[str] = "payments.approval_expired"
    sentence: ClassVar[str] = "Nobody decided in time about {what}, {amount}, {member}."


@dataclass(frozen=True, kw_only=True)
class WalletAdjusted(Event):
    """Staff moved money between a member's wallet and the community; the member reads why."""

    name: ClassVar[str] = "payments.wallet_adjusted"
    sentence: ClassVar[str] = "{by} corrected {member}'s wallet by {change}: {reason}."
    approval_id: UUID
    member_id: UUID
    amount: Money
    change: str
    reason: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}", f"approval:{self.approval_id}")
