"""Amounts of money: whole minor units of one currency, and how people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

from pamoja.foundation.errors import Refusal


@dataclass(frozen=True)
class Currency:
    """One unit of account. `digits` is how many minor digits it has (ISO 4217, or the issuer's own)."""

    code: str
    digits: int
    symbol: str
    name: str
    hides_zero_minor: bool = False

    @property
    def minor_per_major(self) -> int:
        """How many minor units make one major unit, e.g. 100 cents a shilling."""
        return int(10**self.digits)


CURRENCIES: dict[str, Currency] = {
    each.code: each
    for each in (
        Currency("KES", 2, "KSh ", "Kenyan shilling", hides_zero_minor=True),
        Currency("GBP", 2, "£", "pound sterling"),
        Currency("USD", 2, "$", "US dollar"),
        Currency("EUR", 2, "€", "euro"),
        Currency("NGN", 2, "₦", "Nigerian naira", hides_zero_minor=True),
        Currency("GHS", 2, "GH₵", "Ghanaian cedi"),
        Currency("UGX", 0, "USh ", "Ugandan shilling"),
        Currency("TZS", 2, "TSh ", "Tanzanian shilling", hides_zero_minor=True),
        Currency("USDC", 6, "USDC ", "USD Coin"),
        Currency("CREDIT", 6, "", "AI credit"),
    )
}

# A bigint holds 9.2e18; staying three digits below leaves room for every sum that the database makes.
AMOUNT_MINOR_MAX = 10**15
_TYPED = re.compile(r"[0-9][0-9, ]*(\.[0-9]+)?")


class CurrencyUnknown(Refusal):
    """We do not know the currency {code}."""

    code = "money.currency_unknown"
    kind = "invalid"


class AmountUnreadable(Refusal):
    """This is not an amount we can read. Write it like 2,500 or 2500.50."""

    code = "money.amount_unreadable"
    kind = "invalid"


class CurrencyMixed(Refusal):
    """These amounts are in different currencies: {left} and {right}."""

    code = "money.currency_mixed"
    kind = "invalid"


def currency(code: str) -> Currency:
    """The currency with this code.

    Raises: CurrencyUnknown.
    """
    try:
        return CURRENCIES[code]
    except KeyError:
        raise CurrencyUnknown(code=code) from None


@dataclass(frozen=True, order=False)
class Money:
    """A signed amount in whole minor units of one currency; never a float."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount_minor, int) or isinstance(self.amount_minor, bool):
            raise TypeError(f"amount_minor must be a whole number of minor units, not {self.amount_minor!r}")
        currency(self.currency)

    @classmethod
    def zero(cls, code: str) -> Self:
        """Nothing, in this currency."""
        return cls(0, code)

    @classmethod
    def read(cls, text: str, code: str) -> Self:
        """What a person typed (`2,500`, `2500.50`), as money.

        Raises: AmountUnreadable when it is no amount, has too many decimals for the currency, or is too large.
        """
        unit = currency(code)
        typed = text.strip().removeprefix(unit.symbol.strip()).strip()
        if not _TYPED.fullmatch(typed):
            raise AmountUnreadable()
        try:
            minor = Decimal(re.sub("[, ]", "", typed)) * unit.minor_per_major
        except InvalidOperation:
            raise AmountUnreadable() from None
        if minor != minor.to_integral_value() or minor > AMOUNT_MINOR_MAX:
            raise AmountUnreadable()
        return cls(int(minor), code)

    @property
    def text(self) -> str:
        """As people write it: `KSh 5,000`, `£25.00`, with a minus sign before what is owed."""
        unit = currency(self.currency)
        sign = "−" if self.amount_minor < 0 else ""
        return f"{sign}{unit.symbol}{self.figure}" if unit.symbol else f"{sign}{self.figure} credits"

    @property
    def figure(self) -> str:
        """The number alone, without sign and symbol: `5,000`."""
        unit = currency(self.currency)
        major, minor = divmod(abs(self.amount_minor), unit.minor_per_major)
        if unit.digits == 0 or (minor == 0 and unit.hides_zero_minor):
            return f"{major:,}"
        decimals = f"{minor:0{unit.digits}d}"
        if unit.digits > 2:
            decimals = decimals.rstrip("0").ljust(2, "0")
        return f"{major:,}.{decimals}"

    @property
    def decimal(self) -> str:
        """The plain decimal that machines exchange: `5000.00`."""
        unit = currency(self.currency)
        return f"{Decimal(self.amount_minor).scaleb(-unit.digits):.{unit.digits}f}"

    def split(self, parts: int) -> list[Money]:
        """Equal shares that add up exactly; the first shares carry the remaining minor units."""
        if parts < 1:
            raise ValueError("an amount is split into at least one part")
        share, left = divmod(self.amount_minor, parts)
        return [Money(share + (1 if index < left else 0), self.currency) for index in range(parts)]

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount_minor * times, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount_minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount_minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount_minor >= self._same(other)

    def __str__(self) -> str:
        return self.text

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMixed(left=self.currency, right=other.currency)
        return other.amount_minor


def total(amounts: Iterable[Money], code: str) -> Money:
    """The sum of these amounts, all in the currency `code`; zero of it when there are none."""
    result = Money.zero(code)
    for each in amounts:
        result = result + each
    return result
