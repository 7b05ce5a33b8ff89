"""A member's wallet: what is in it, what of it is free, and every movement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import Statement, account_of, balance, statement


@dataclass(frozen=True)
class Wallet:
    """`held` is on its way out; `available` may be spent."""

    posted: Money
    held: Money
    available: Money


def wallet_balance(member_id: UUID, currency: str) -> Wallet:
    """What the member has; nothing when they never had any."""
    account = account_of(owner=f"member:{member_id}", purpose="wallet", currency=currency)
    if account is None:
        nothing = Money.zero(currency)
        return Wallet(nothing, nothing, nothing)
    found = balance(account)
    return Wallet(found.posted, found.held, found.available)


def wallet_statement(member_id: UUID, currency: str, since: datetime, until: datetime) -> Statement | None:
    """The movements from `since` (included) to `until` (not); None when there never was a wallet."""
    account = account_of(owner=f"member:{member_id}", purpose="wallet", currency=currency)
    return None if account is None else statement(account, since, until)


def day_begins(day: date | None, zone: str, *, after: bool = False) -> datetime | None:
    """The first moment of a day in a time zone, or with `after` the first moment past it."""
    if day is None or not date(2000, 1, 1) <= day <= date(2200, 1, 1):
        return None
    return datetime.combine(day + timedelta(days=1 if after else 0), time(), tzinfo=ZoneInfo(zone))
