"""What goes in and out of the API about ways to pay."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field

from pamoja.kernel.payments.models import Method, Payee


class MethodOut(Schema):
    """A way to pay. No number is ever told, only what tells it apart."""

    id: str
    kind: str
    title: str
    described: str
    name: str
    place: int
    state: str
    can_pay: bool
    reason: str
    can_receive: bool
    expires_month: int | None
    expires_year: int | None
    standing: str = Field(
        default="", description="Of a Stripe account: needs_more, checked, ready, restricted, refused."
    )
    missing: list[str] = Field(default=[], description="What Stripe asks for, by its own names.")

    @classmethod
    def of(cls, method: Method, payee: Payee | None = None) -> MethodOut:
        return cls(
            id=method.public_id,
            kind=method.kind,
            title=method.title,
            described=method.described,
            name=method.name,
            place=method.position,
            state=method.state,
            can_pay=method.is_usable and not method.only_receives,
            can_receive=method.is_usable and method.only_receives,
            reason=method.reason,
            expires_month=method.expires_month,
            expires_year=method.expires_year,
            standing=payee.standing if payee else "",
            missing=payee.missing if payee else [],
        )


class BeginIn(Schema):
    """What is to be saved on the provider's own page."""

    kind: Literal["card", "bacs_debit"]


class BegunOut(Schema):
    """Open `url` in a browser; then ask for the method with this id until it is `verified` or `failed`."""

    id: str
    url: str


class PhoneIn(Schema):
    """A phone to be asked by M-PESA."""

    phone: str = Field(min_length=5, max_length=20)


class BankIn(Schema):
    """A bank account: a British one has a sort code, any other an IBAN or the number alone."""

    holder: str = Field(min_length=1, max_length=80)
    bank: str = Field(max_length=30)
    sort_code: str = Field(default="", max_length=10)
    account: str = Field(min_length=1, max_length=40)


class NameIn(Schema):
    """What the member calls it; empty for what it is."""

    name: str = Field(max_length=40, pattern=r"^[^\x00]*$")


class OrderIn(Schema):
    """Ids of ways to pay, the first to be tried first; those left out come after."""

    methods: list[str] = Field(max_length=50)
