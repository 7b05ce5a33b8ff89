"""Accounts and entries: opening, posting one or many, reversing, exchanging."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import joins_transaction
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.foundation.money import currency as known_currency
from pamoja.kernel.ledger import rules
from pamoja.kernel.ledger.rules import AccountId, Entry, EntryId, Transfer


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One entry of a batch. `linked` ties it to the next: such a chain posts whole or not at all."""

    key: str
    transfers: Sequence[Transfer]
    description: str
    reference: str = ""
    linked: bool = False


@joins_transaction
def open_account(*, owner: str, purpose: str, currency: str, floor_minor: int | None) -> AccountId:
    """The account for this owner, purpose and currency, opened when there is none yet.

    `owner` is `member:<uuid>`, `circle:<uuid>`, `rail:mpesa` or `community`. With a floor (0, or a limit below)
    the balance never goes under it; without one the account takes any number of concurrent transfers.

    Raises: AccountDiffers when it exists with another floor.
    """
    known_currency(currency)
    arguments = [ids.new_id(), clock.now(), owner, purpose, currency, floor_minor]
    account_id, refused = _answer("ledger_open_account(%s, %s, %s, %s, %s, %s)", arguments)
    if said := refusal_in(refused):
        raise rules.refusal(said)
    return AccountId(account_id)


@joins_transaction
def wallet_of(member_id: UUID, currency: str) -> AccountId:
    """The member's own money in this currency."""
    return open_account(owner=f"member:{member_id}", purpose="wallet", currency=currency, floor_minor=0)


@joins_transaction
def post(*, key: str, transfers: Sequence[Transfer], description: str, reference: str = "") -> Entry:
    """Post an entry: all its transfers in order, or none.

    Raises: InsufficientFunds when an account would go below its floor after any of them, open holds counted;
        KeyReused when the key was used for something else; AccountUnknown, CurrencyDiffers, AmountNotPositive,
        AmountTooLarge, OneAccount. What a used key answers is in docs/reference/ledger.md.
    """
    if len(transfers) == 1:
        (one,) = transfers
        arguments = [
            key,
            clock.now(),
            description,
            reference,
            one.debit,
            one.credit,
            rules.asked_minor(one.amount),
            one.amount.currency,
            details_of(transfers),
        ]
        return _entry(_answer("ledger_post_one(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)", arguments))
    return _entry(_answer(_MANY.format("post"), _arguments(key, description, reference, transfers)))


@joins_transaction
def post_batch(postings: Sequence[Posting]) -> list[Entry | Refusal]:
    """Post many entries in one call, each with its own answer, in order; a refused one stops only its chain."""
    if not postings:
        return []
    with connection.cursor() as cursor:
        cursor.execute(BATCH, batch_arguments(postings, clock.now()))
        return [answer_of(row[1:]) for row in cursor.fetchall()]


@joins_transaction
def reverse(*, key: str, entry_id: EntryId, description: str, reference: str = "") -> Entry:
    """Post the opposite of an entry, referring to it. Floors apply as to any entry.

    Raises: EntryUnknown, AlreadyReversed, InsufficientFunds, KeyReused.
    """
    arguments = [key, clock.now(), description, reference, rules.entry_number(entry_id)]
    return _entry(_answer("ledger_reverse(%s, %s, %s, %s, %s)", arguments))


@joins_transaction
def exchange(
    *,
    key: str,
    debit: AccountId,
    credit: AccountId,
    amount: Money,
    rate: Decimal,
    to_currency: str,
    description: str,
    reference: str = "",
) -> Entry:
    """Give `amount` from one account and take it in another currency on another, as one entry that keeps the rate.

    `rate` is how many major units of `to_currency` one major unit comes to; the result is rounded down.

    Raises: NothingToExchange, InsufficientFunds, KeyReused, AccountUnknown, CurrencyDiffers.
    """
    taken = rules.converted(amount, to_currency, rate)
    given_to = open_account(owner="community", purpose="exchange", currency=amount.currency, floor_minor=None)
    taken_from = open_account(owner="community", purpose="exchange", currency=to_currency, floor_minor=None)
    transfers = [Transfer(debit, given_to, amount), Transfer(taken_from, credit, taken)]
    details = json.dumps({"rate": str(rate), "rounding": "down"})
    return _entry(_answer(_MANY.format("exchange"), _arguments(key, description, reference, transfers, details)))


_MANY = "ledger_{}(%s, %s, %s, %s, %s::uuid[], %s::int[], %s::int[], %s::bigint[], %s::text[], %s::jsonb)"
BATCH = (
    "SELECT * FROM ledger_post_batch(%s, %s::uuid[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::boolean[], "
    "%s::int[], %s::int[], %s::int[], %s::bigint[], %s::text[])"
)


def batch_arguments(postings: Sequence[Posting], at: datetime) -> list[Any]:
    """What `BATCH` takes."""
    places = [place for place, posting in enumerate(postings, start=1) for _ in posting.transfers]
    moved = [transfer for posting in postings for transfer in posting.transfers]
    accounts, *columns = _columns(moved)
    return [
        at,
        accounts,
        _texts([posting.key for posting in postings]),
        _texts([posting.description for posting in postings]),
        _texts([posting.reference for posting in postings]),
        _texts([details_of(posting.transfers) for posting in postings]),
        _array("t" if posting.linked else "f" for posting in postings),
        _array(map(str, places)),
        *columns,
    ]


def answer_of(row: Sequence[Any]) -> Entry | Refusal:
    """One answer of the database: number, moment, replayed, refusal."""
    number, at, replayed, refused = row
    if said := refusal_in(refused):
        return rules.refusal(said)
    return Entry(id=rules.entry_id(number), posted_at=at, replayed=replayed)


def refusal_in(answer: str | Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The refusal that an answer holds: Django gives jsonb as text, psycopg alone as a mapping."""
    return json.loads(answer) if isinstance(answer, str) else answer


def details_of(transfers: Sequence[Transfer]) -> str | None:
    """The notes on an entry's transfers; nothing when there are none."""
    notes = [transfer.note for transfer in transfers]
    return json.dumps({"notes": notes}) if any(notes) else None


def _arguments(
    key: str, description: str, reference: str, transfers: Sequence[Transfer], details: str | None = None
) -> list[Any]:
    return [key, clock.now(), description, reference, *_columns(transfers), details or details_of(transfers)]


def _columns(transfers: Sequence[Transfer]) -> list[str]:
    """Accounts in the order of their ids, each once; debits and credits by place among them; amounts; currencies."""
    accounts = sorted({transfer.debit for transfer in transfers} | {transfer.credit for transfer in transfers})
    place = {account: str(number) for number, account in enumerate(accounts, start=1)}
    return [
        _array(account.hex for account in accounts),
        _array(place[transfer.debit] for transfer in transfers),
        _array(place[transfer.credit] for transfer in transfers),
        _array(str(rules.asked_minor(transfer.amount)) for transfer in transfers),
        _texts(transfer.amount.currency for transfer in transfers),
    ]


def _array(elements: Iterable[str]) -> str:
    """An array as PostgreSQL reads it. psycopg's own conversion takes as long for a batch as posting it does."""
    return "{" + ",".join(elements) + "}"


def _texts(elements: Iterable[str | None]) -> str:
    return _array(
        "NULL" if each is None else '"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' for each in elements
    )


def _answer(call: str, arguments: Sequence[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {call}", arguments)  # noqa: S608 - the call is one of this module's constants
        return tuple(cursor.fetchone())


def _entry(row: Sequence[Any]) -> Entry:
    answer = answer_of(row)
    if isinstance(answer, Refusal):
        raise answer
    return answer
