"""The facts about how a community is paid and what it sells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pamoja.foundation.events import Event
from pamoja.foundation.money import Money


@dataclass(frozen=True, kw_only=True)
class CommunityEvent(Event):
    """Somebody who looks after payments changed something for everybody."""

    community_id: UUID
    what: str

    def subjects(self) -> tuple[str, ...]:
        return (f"community:{self.community_id}",)


@dataclass(frozen=True, kw_only=True)
class PaymentSettingsChanged(CommunityEvent):
    """`what` names the settings, and no number of an account."""

    name: ClassVar[str] = "payments.settings_changed"
    sentence: ClassVar[str] = "{by} changed how the community is paid: {what}."


@dataclass(frozen=True, kw_only=True)
class OfferChanged(CommunityEvent):
    """Plans, prices, discounts, codes and taxes."""

    name: ClassVar[str] = "payments.offer_changed"
    sentence: ClassVar[str] = "{by} changed what is sold: {what}."


@dataclass(frozen=True, kw_only=True)
class MonthReported(CommunityEvent):
    """`what` is the month in words; `amount` arrived in it, in so many payments."""

    name: ClassVar[str] = "payments.month_reported"
    sentence: ClassVar[str] = "In {what}, {amount} came in."
    month_on: date
    arrived: int
    amount: Money
