"""Reading the books: balances, past balances, statements, the trial balance. Each is one call, of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from pamoja.foundation.money import Money
from pamoja.kernel.ledger.errors import AccountUnknown
from pamoja.kernel.ledger.models import Account, JournalEntry, JournalTransfer
from pamoja.kernel.ledger.rules import (
    AccountId,
    Balance,
    Statement,
    StatementLine,
    TrialBalance,
    TrialLine,
    entry_id,
)

_INSTANT = timedelta(microseconds=1)


def account_of(*, owner: str, purpose: str, currency: str) -> AccountId | None:
    """The account for this owner, purpose and currency, if it was opened."""
    found = Account.objects.filter(owner=owner, purpose=purpose, currency=currency).values_list("id", flat=True)
    first = found.first()
    return None if first is None else AccountId(first)


def balance(account_id: UUID) -> Balance:
    """What the account stands at now, the open transaction's own postings included.

    Raises: AccountUnknown.
    """
    return balances([account_id])[AccountId(account_id)]


def balances(account_ids: Iterable[UUID]) -> dict[AccountId, Balance]:
    """The balances of several accounts, of one moment.

    Raises: AccountUnknown when one of them does not exist in the entered community.
    """
    asked = list(account_ids)
    rows = _rows("SELECT * FROM ledger_balances(%s::uuid[])", [asked])
    found = {
        AccountId(identifier): Balance(
            posted=Money(posted, code), held=Money(held, code), floor=None if floor is None else Money(floor, code)
        )
        for identifier, code, posted, held, floor in rows
    }
    if missing := set(asked) - found.keys():
        raise AccountUnknown(account=str(min(missing)))
    return found


def balance_at(account_id: UUID, at: datetime) -> Money:
    """What the account stood at just after everything posted at `at` or before.

    Raises: AccountUnknown.
    """
    rows = _rows(
        "SELECT a.currency, ledger_balance_before(a.id, %s) FROM ledger_account a WHERE a.id = %s",
        [at + _INSTANT, account_id],
    )
    if not rows:
        raise AccountUnknown(account=str(account_id))
    code, minor = rows[0]
    return Money(minor, code)


def statement(account_id: UUID, since: datetime, until: datetime) -> Statement:
    """The account's movements from `since` (included) to `until` (not).

    Raises: AccountUnknown.
    """
    rows = _rows(
        "SELECT a.currency, ledger_balance_before(a.id, %(since)s), ledger_balance_before(a.id, %(until)s), l.* "
        "FROM ledger_account a LEFT JOIN ledger_statement(%(account)s, %(since)s, %(until)s) l ON true "
        "WHERE a.id = %(account)s",
        {"account": account_id, "since": since, "until": until},
    )
    if not rows:
        raise AccountUnknown(account=str(account_id))
    code, opening, closing = rows[0][:3]
    return Statement(
        account_id=AccountId(account_id),
        since=since,
        until=until,
        opening=Money(opening, code),
        lines=[_line(row[3:]) for row in rows if row[3] is not None],
        closing=Money(closing, code),
    )


def trial_balance() -> TrialBalance:
    """All balances of the entered community by kind of owner, purpose and currency."""
    return TrialBalance(
        [
            TrialLine(
                owner_kind=kind,
                purpose=purpose,
                accounts=count,
                balance=Money(minor, code),
                held=Money(held, code),
            )
            for kind, purpose, code, count, minor, held in _rows("SELECT * FROM ledger_trial_balance()", [])
        ]
    )


def recent_entries(count: int) -> list[JournalEntry]:
    """The newest entries of the community's journal, refusals left out."""
    return list(JournalEntry.objects.exclude(kind="refused").order_by("-number")[:count])


def transfers_of(entry_number: int) -> list[JournalTransfer]:
    """An entry's transfers in order, with their accounts."""
    found = JournalTransfer.objects.filter(number__gte=entry_number * 4096, number__lt=(entry_number + 1) * 4096)
    return list(found.select_related("debit_account", "credit_account").order_by("number"))


def _line(row: Sequence[Any]) -> StatementLine:
    at, number, kind, description, reference, note, amount, after, sequence, other, owner, purpose = row
    return StatementLine(
        at=at,
        entry_id=entry_id(number // 4096),
        kind=kind,
        description=description,
        reference=reference,
        note=note,
        amount_minor=amount,
        balance_minor=after,
        sequence=sequence,
        counterparty_id=AccountId(other),
        counterparty=f"{owner} {purpose}",
    )


def _rows(sql: str, arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return list(cursor.fetchall())
