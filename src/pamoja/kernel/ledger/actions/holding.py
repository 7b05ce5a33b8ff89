"""Holds: setting money aside, taking it in parts, giving back what is left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import joins_transaction
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.ledger import rules
from pamoja.kernel.ledger.actions.posting import answer_of, refusal_in
from pamoja.kernel.ledger.rules import AccountId, Entry, HoldId


@joins_transaction
def hold(
    *,
    key: str,
    account: AccountId,
    amount: Money,
    expires_at: datetime | None,
    description: str,
    reference: str = "",
) -> HoldId:
    """Set money aside on an account with a floor, until it is captured, released or expires.

    Raises: InsufficientFunds, AccountWithoutFloor, AccountUnknown, CurrencyDiffers, AmountNotPositive,
        AmountTooLarge, KeyReused.
    """
    arguments = [
        key,
        clock.now(),
        ids.new_id(),
        account,
        rules.asked_minor(amount),
        amount.currency,
        expires_at,
        description,
        reference,
    ]
    hold_id, _, _, refused = _row("SELECT * FROM ledger_hold(%s, %s, %s, %s, %s, %s, %s, %s, %s)", arguments)
    if said := refusal_in(refused):
        raise rules.refusal(said)
    return HoldId(hold_id)


@joins_transaction
def capture(
    *,
    key: str,
    hold_id: HoldId,
    credit: AccountId,
    amount: Money | None = None,
    description: str = "",
    reference: str = "",
) -> Entry:
    """Post held money to another account: `amount` of it, or all that is left. What is left stays held.

    Raises: HoldUnknown, HoldEnded (captured, released or expired), HoldExceeded, AccountUnknown, CurrencyDiffers,
        AmountNotPositive, OneAccount, KeyReused.
    """
    minor, code = (rules.asked_minor(amount), amount.currency) if amount is not None else (None, None)
    arguments = [key, clock.now(), hold_id, credit, minor, code, description, reference]
    return _entry("SELECT * FROM ledger_capture(%s, %s, %s, %s, %s, %s, %s, %s)", arguments)


@joins_transaction
def release(*, key: str, hold_id: HoldId, description: str = "", reference: str = "") -> Entry:
    """Give back what is left of a hold.

    Raises: HoldUnknown, HoldEnded, KeyReused.
    """
    arguments = [key, clock.now(), hold_id, description, reference]
    return _entry("SELECT * FROM ledger_release(%s, %s, %s, %s, %s)", arguments)


@joins_transaction
def expire_holds(limit: int = 1000) -> int:
    """Release the community's holds whose time is over; says how many. Busy accounts wait for the next time."""
    (expired,) = _row("SELECT ledger_expire_holds(%s, %s)", [clock.now(), limit])
    return int(expired)


def _row(sql: str, arguments: list[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return tuple(cursor.fetchone())


def _entry(sql: str, arguments: list[Any]) -> Entry:
    answer = answer_of(_row(sql, arguments))
    if isinstance(answer, Refusal):
        raise answer
    return answer
