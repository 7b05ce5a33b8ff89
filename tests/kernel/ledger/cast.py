"""The accounts of the ledger's specs: a rail and two wallets, and short words for moving money."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID, uuid4

from django.db import transaction

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community
from pamoja.kernel.ledger.public import AccountId, Entry, Transfer, balance, open_account, post


def shillings(amount: int) -> Money:
    """So many minor units of Kenyan money."""
    return Money(amount, "KES")


@dataclass
class Books:
    """A rail without a floor and two wallets with one, and the deeds the specs repeat."""

    rail: AccountId
    asha: AccountId
    baraka: AccountId
    numbers: "count[int]"

    def key(self) -> str:
        """A key not used before."""
        return f"key-{next(self.numbers)}"

    def move(self, debit: AccountId, credit: AccountId, amount: int, key: str | None = None) -> Entry:
        """Post one transfer in a transaction of its own."""
        with transaction.atomic():
            transfers = [Transfer(debit, credit, shillings(amount))]
            return post(key=key or self.key(), transfers=transfers, description="moved")

    def fill(self, account: AccountId, amount: int) -> Entry:
        """Money comes in from the rail."""
        return self.move(self.rail, account, amount)

    def now(self) -> datetime:
        """The platform's time."""
        return clock.now()

    def posted(self, account: AccountId) -> int:
        """What the account stands at, in minor units."""
        return balance(account).posted.amount_minor

    def available(self, account: AccountId) -> int:
        """What may leave it."""
        return balance(account).available.amount_minor


def open_books() -> Books:
    """The accounts, in the entered community."""
    with transaction.atomic():
        return Books(
            rail=open_account(owner="rail:mpesa", purpose="clearing", currency="KES", floor_minor=None),
            asha=open_account(owner="member:asha", purpose="wallet", currency="KES", floor_minor=0),
            baraka=open_account(owner="member:baraka", purpose="wallet", currency="KES", floor_minor=0),
            numbers=count(1),
        )


def new_community() -> UUID:
    """One more community."""
    name = uuid4().hex
    found = Community.objects.create(slug=name, name=name, currency="KES", country="KE", time_zone="Africa/Nairobi")
    return found.pk


def opened(owner: str, floor_minor: int | None = 0, currency: str = "KES", purpose: str = "wallet") -> AccountId:
    """One more account."""
    with transaction.atomic():
        return open_account(owner=owner, purpose=purpose, currency=currency, floor_minor=floor_minor)
