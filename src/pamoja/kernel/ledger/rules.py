"""The ledger's words and arithmetic: what is asked, what is answered, and how refusals are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any, NewType, Self
from uuid import UUID

from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money, currency
from pamoja.kernel.ledger import errors

AccountId = NewType("AccountId", UUID)
EntryId = NewType("EntryId", UUID)
HoldId = NewType("HoldId", UUID)

# An entry's id is its number inside a fixed UUIDv8, so that the ledger need neither store nor index it.
_ENTRY_ID = (0x70616D6F6A61 << 80) | (0x8 << 76) | (0x1ED << 64) | (0b10 << 62)
_NUMBER_MAX = 1 << 51
_64_BITS = (1 << 63) - 1


@dataclass(frozen=True)
class Transfer:
    """Money from the debited to the credited account."""

    debit: AccountId
    credit: AccountId
    amount: Money
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What was posted. `replayed` tells that it had been posted before under this key."""

    id: EntryId
    posted_at: datetime
    replayed: bool

    @property
    def number(self) -> int:
        """How the journal counts it."""
        return entry_number(self.id)


@dataclass(frozen=True, kw_only=True)
class Balance:
    """An account now: what is posted, what of it is held, and what may be spent down to its floor."""

    posted: Money
    held: Money
    floor: Money | None

    @property
    def available(self) -> Money:
        """What may leave the account; of an account without a floor, what it stands at."""
        free = self.posted - self.held
        return free if self.floor is None else free - self.floor


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One movement of an account, with the balance after it. `amount_minor` is positive when money came in."""

    at: datetime
    entry_id: EntryId
    kind: str
    description: str
    reference: str
    note: str
    amount_minor: int
    balance_minor: int
    sequence: int
    counterparty_id: AccountId
    counterparty: str

    @property
    def entry_number(self) -> int:
        return entry_number(self.entry_id)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The movements of a stretch of time (`since` included, `until` not): opening + lines = closing, always."""

    account_id: AccountId | None
    since: datetime
    until: datetime
    opening: Money
    lines: Sequence[StatementLine]
    closing: Money

    @classmethod
    def empty(cls, *, currency: str, since: datetime, until: datetime) -> Self:
        """Of an account that was not opened yet."""
        nothing = Money.zero(currency)
        return cls(account_id=None, since=since, until=until, opening=nothing, lines=[], closing=nothing)

    def money(self, amount_minor: int) -> Money:
        """An amount of one of its lines."""
        return Money(amount_minor, self.opening.currency)

    @property
    def moved_in(self) -> Money:
        return self.money(sum(line.amount_minor for line in self.lines if line.amount_minor > 0))

    @property
    def moved_out(self) -> Money:
        return self.money(-sum(line.amount_minor for line in self.lines if line.amount_minor < 0))

    @property
    def adds_up(self) -> bool:
        """Whether opening + lines = closing."""
        return self.opening + self.moved_in - self.moved_out == self.closing


@dataclass(frozen=True, kw_only=True)
class TrialLine:
    """All accounts of one kind of owner, purpose and currency, summed."""

    owner_kind: str
    purpose: str
    accounts: int
    balance: Money
    held: Money


@dataclass(frozen=True)
class TrialBalance:
    """Every balance of the community; what owns and what is owed cancel out."""

    lines: Sequence[TrialLine]

    @property
    def sums(self) -> dict[str, Money]:
        """Per currency the sum of all balances: nothing, or the books are broken."""
        sums: dict[str, Money] = {}
        for line in self.lines:
            code = line.balance.currency
            sums[code] = sums.get(code, Money.zero(code)) + line.balance
        return sums

    @property
    def balances(self) -> bool:
        return not any(self.sums.values())


def entry_id(number: int) -> EntryId:
    """The id that people and programs see of the entry with this number."""
    return EntryId(UUID(int=_ENTRY_ID | number))


def entry_number(identifier: UUID) -> int:
    """The number behind an entry's id; 0, which no entry has, for any other UUID."""
    number = identifier.int ^ _ENTRY_ID
    return number if number < _NUMBER_MAX else 0


def asked_minor(amount: Money) -> int:
    """The amount as the database is asked for it: what does not fit into 64 bits is refused there all the same."""
    return max(-_64_BITS, min(amount.amount_minor, _64_BITS))


def converted(amount: Money, code: str, rate: Decimal) -> Money:
    """What `amount` comes to at `rate` (major units of `code` for one major unit), rounded down to a minor unit.

    Down, so that an exchange never gives more than its rate; the rest stays on the clearing account.

    Raises: NothingToExchange when nothing is left.
    """
    digits = currency(code).digits - currency(amount.currency).digits
    minor = int((Decimal(amount.amount_minor) * rate).scaleb(digits).to_integral_value(ROUND_FLOOR))
    if minor <= 0:
        raise errors.NothingToExchange()
    return Money(minor, code)


_REFUSALS: dict[str, type[Refusal]] = {
    each.code: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, Refusal) and each is not Refusal
}


def refusal(said: Mapping[str, Any]) -> Refusal:
    """The database's answer as the refusal it means; `…_minor` fields become money."""
    data: dict[str, Any] = {}
    for name, value in said.items():
        if name.endswith("_minor"):
            data[name.removesuffix("_minor")] = Money(value, said["currency"])
        elif name not in {"code", "currency"}:
            data[name] = value
    return _REFUSALS[said["code"]](**data)


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One bough of the account tree: whose money it is, summed by purpose and currency."""

    name: str
    about: str
    lines: Sequence[TrialLine]

    @property
    def sums(self) -> list[Money]:
        """What it stands at in each currency."""
        return list(TrialBalance(self.lines).sums.values())


# By kind of owner. Credits are positive: what members own is owed by the rails it came in through.
_BRANCHES = (
    ("Members", "What belongs to members, alone and together in circles.", ("member", "circle")),
    ("In transit", "What the rails hold for us (negative) or we still owe them.", ("rail",)),
    ("Community", "What belongs to the community itself: fees, exchange, what is being cleared.", ("community",)),
)


def account_tree(trial: TrialBalance) -> list[Branch]:
    """The trial balance as people think of it; what fits nowhere else comes last."""
    known = {kind for _, _, kinds in _BRANCHES for kind in kinds}
    boughs = [
        (name, about, [each for each in trial.lines if each.owner_kind in kinds]) for name, about, kinds in _BRANCHES
    ]
    boughs.append(
        ("Other", "Accounts of other owners.", [each for each in trial.lines if each.owner_kind not in known])
    )
    return [Branch(name=name, about=about, lines=lines) for name, about, lines in boughs if lines]
