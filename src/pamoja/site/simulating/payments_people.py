"""Who pays in the simulation of payments: a community with phones, one with cards and banks, and their members."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from django.test.utils import override_settings

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member, member_with_id, register_person
from pamoja.kernel.payments.actions.arriving import own_reference
from pamoja.kernel.payments.jobs import connect_community
from pamoja.kernel.payments.jobs.incoming import open_paybill
from pamoja.kernel.payments.models import Customer, Method, Payee, PaymentSettings
from pamoja.kernel.payments.rules.banking import BankAccount
from pamoja.site.rehearsal import Rehearsal

PASSWORD = "Kilimanjaro-5895"  # noqa: S105 - of people who exist for a minute
BANK_ACCOUNT = "GBSIMULATION0001"
PHONES_MAX, CARDS_MAX = 160, 80
CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_visa_debit")
DEBITS = ("pm_bacsDebit_success", "pm_bacsDebit_success", "pm_bacsDebit_insufficientFunds")
NO_LIMIT = 10**13


@dataclass
class Person:
    """A member, and what names them outside: a phone, a reference for transfers, a Direct Debit, Stripe's payee."""

    member_id: UUID
    msisdn: str = ""
    reference: str = ""
    debit_id: UUID | None = None
    is_payee: bool = False


@dataclass
class Cast:
    """Both communities and everybody in them."""

    phones: Community
    cards: Community
    with_phones: list[Person] = field(default_factory=list)
    with_cards: list[Person] = field(default_factory=list)

    @property
    def communities(self) -> tuple[Community, Community]:
        return self.phones, self.cards


def gather(rehearsal: Rehearsal, stripe: httpx.Client, attempts: int) -> Cast:
    """Everybody, ready to pay and be paid."""
    cast = Cast(_community("phones", "KES", "KE"), _community("cards", "GBP", "GB"))
    with entered(cast.phones.pk), override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        _settings(cast.phones, {})
        open_paybill()
        for number in range(min(PHONES_MAX, max(12, attempts // 12))):
            cast.with_phones.append(_with_phone(number))
    with entered(cast.cards.pk), override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        rehearsal.ask("PUT", f"/api/bank/accounts/{BANK_ACCOUNT}", {"name": "Cards", "currency": "GBP"})
        _settings(cast.cards, {"holder": "Cards", "account": BANK_ACCOUNT})
        connect_community()
        for number in range(min(CARDS_MAX, max(12, attempts // 25))):
            cast.with_cards.append(_with_card(number, stripe))
            if number % 3 == 0:
                _paid_by_stripe(rehearsal, stripe, cast.with_cards[-1], number)
    return cast


def _community(slug: str, currency: str, country: str) -> Community:
    zone = "Africa/Nairobi" if country == "KE" else "Europe/London"
    return Community.objects.create(
        slug=slug, name=slug.capitalize(), currency=currency, country=country, time_zone=zone, products=[]
    )


def _settings(community: Community, bank_account: dict[str, str]) -> None:
    """Whom nobody limits: here the rails are tried, not the limits."""
    free = {period: {community.currency: NO_LIMIT} for period in ("single", "day", "month")}
    limits = {tier: {"in": free, "out": free} for tier in ("unproven", "basic", "verified")}
    PaymentSettings.objects.create(
        bank_account=bank_account,
        from_hour=0,
        until_hour=24,
        safety={"limits": limits, "large": {community.currency: NO_LIMIT}, "cooling_h": 0},
    )


def _member(kind: str, number: int, phone: str) -> Member:
    return register_person(
        by=SYSTEM,
        email=f"{kind}-{number}@simulation.example",
        name=f"{kind.capitalize()} {number}",
        phone=phone,
        password=PASSWORD,
    )


def _reference(member: Member) -> str:
    return own_reference(by=Actor(kind="member", label=member.name, member_id=member.pk))


def _with_phone(number: int) -> Person:
    msisdn = f"25470{number:07d}"
    member = _member("phone", number, f"+{msisdn}")
    return Person(member.pk, msisdn=msisdn, reference=_reference(member))


def _with_card(number: int, stripe: httpx.Client) -> Person:
    member = _member("card", number, f"+4474000{number:05d}")
    customer = _post(stripe, "/v1/customers", {"name": member.name})["id"]
    Customer.objects.create(member=member, rail="stripe", rail_id=customer)
    # Every tenth card declines, and goes on declining.
    token = "pm_card_chargeCustomerFail" if number % 10 == 9 else CARDS[number % 3]
    card = _post(stripe, f"/v1/payment_methods/{token}/attach", {"customer": customer})
    _method(member, 1, "stripe", "card", card["id"], last4=card["card"]["last4"])
    person = Person(member.pk, reference=_reference(member))
    if number % 4 == 0:
        person.debit_id = _debit(member, customer, DEBITS[number // 4 % 3], stripe)
    account = BankAccount(member.name, "Bank", f"{number:08d}", "040004")
    number_text = json.dumps(account.as_json(), sort_keys=True)
    _method(member, 3, "bank", "bank", None, last4=account.last4, number=number_text, fingerprint=account.mark)
    return person


def _debit(member: Member, customer: str, token: str, stripe: httpx.Client) -> UUID:
    setup = _post(
        stripe,
        "/v1/setup_intents",
        {
            "customer": customer,
            "payment_method": token,
            "payment_method_types[]": "bacs_debit",
            "confirm": "true",
            "usage": "off_session",
            "return_url": "http://localhost/",
            "mandate_data[customer_acceptance][type]": "offline",
        },
    )
    return _method(
        member, 2, "stripe", "bacs_debit", setup["payment_method"], mandate_id=setup["mandate"] or "", last4="2345"
    )


def _paid_by_stripe(rehearsal: Rehearsal, stripe: httpx.Client, person: Person, number: int) -> None:
    """As they are once they went through Stripe's pages. One bank in four sends back what comes, or does so later."""
    account = _post(stripe, "/v1/accounts", {"type": "express", "country": "GB"})["id"]
    bank = {0: "00099999", 6: "00088888"}.get(number % 24, f"{10_000_000 + number}")
    rehearsal.ask("POST", f"/api/stripe/{account}/onboard", {"account_number": bank})
    now = clock.now()
    Payee.objects.create(member_id=person.member_id, rail_id=account, standing="ready", told_at=now, heard_at=now)
    _method(member_with_id(person.member_id), 4, "stripe", "stripe_account", None)
    person.is_payee = True


def _method(member: Member, position: int, rail: str, kind: str, rail_id: str | None, **more: Any) -> UUID:
    values = {"number": "", **more}
    made = Method.objects.create(
        member=member, rail=rail, kind=kind, position=position, state="verified", rail_id=rail_id,
        verified_at=clock.now(), **values,
    )  # fmt: skip
    return made.pk


def _post(stripe: httpx.Client, path: str, form: dict[str, str]) -> dict[str, Any]:
    answer = stripe.post(path, data=form)
    answer.raise_for_status()
    return dict(answer.json())
