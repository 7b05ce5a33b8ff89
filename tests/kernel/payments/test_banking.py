"""A bank that can be told and asked by program ..."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import AccountNotProven, RailFailure
from pamoja.kernel.payments.models import Deposit, Inlet, Method, PaymentSettings, Payout

if TYPE_CHECKING:
    from pamoja.kernel.identity.public import Member
    from tests.kernel.payments.outside import Outside

pytestmark = pytest.mark.committed

LOST = {"answer_lost": {"next": 1, "scope": "bank"}}
AWAY = {"internal_error": {"next": 1, "scope": "bank"}}


@pytest.fixture
def account(outside: Outside, grace: Member) -> str:
    """The community's own account at that bank, fresh for this test, and Grace's, which she has named."""
    from pamoja.foundation.actions import Actor
    from pamoja.kernel.payments.actions.methods import add_bank_account, ensure_reference
    from pamoja.kernel.payments.rules.banking import read_account

    number = f"GB{grace.pk.hex[-12:]}"
    outside.open_bank_account(number, "GBP")
    PaymentSettings.objects.create(bank_account={"holder": "Diaspora", "account": number})
    mine = read_account(holder="Grace Okoro", bank="Ours", account="12345678", sort_code="04-00-04")
    add_bank_account(by=Actor(kind="member", label="Grace", member_id=grace.pk), account=mine)
    from django.db import transaction

    with transaction.atomic():
        ensure_reference(grace.pk)
    return number


def test_lists_what_came_and_pays_a_proven_account_once(outside: Outside, grace: Member, account: str) -> None:
    from pamoja.kernel.payments.jobs.incoming import read_bank
    from pamoja.kernel.payments.queries.methods import reference_of
    from tests.kernel.payments.cards import wallet

    with pytest.raises(AccountNotProven):
        send(grace, 100, "too early")
    outside.bank_transfer(account, 90_00, reference_of(grace.pk), sender="040004/12345678")
    outside.bank_transfer(account, 5_00, "who knows", sender="")
    outside.faults(**AWAY)
    for _ in range(3):
        try:
            read_bank()
        except RailFailure:
            assert not Deposit.objects.exists()
        outside.turn(61)

    assert (wallet(grace.pk), Deposit.objects.count(), Inlet.objects.get().number) == (9_000, 2, account)
    assert Method.objects.get(kind="bank").state == "verified"

    paid = []
    for faults in ({}, LOST, AWAY):
        outside.faults(**faults)
        paid.append(send(grace, 1_000, f"k{len(paid)}"))
        outside.pass_time(1, 130, 60, 450)
    assert [Payout.objects.get(pk=each.pk).state for each in paid] == ["confirmed"] * 3
    assert (wallet(grace.pk), outside.bank_balance(account)) == (6_000, 95_00 - 3_000)


def test_gives_the_money_back_to_the_wallet_when_it_refuses(outside: Outside, grace: Member, account: str) -> None:
    from pamoja.kernel.payments.jobs.incoming import read_bank
    from pamoja.kernel.payments.queries.methods import reference_of
    from tests.kernel.payments.cards import wallet

    outside.bank_transfer(account, 90_00, reference_of(grace.pk), sender="040004/12345678")
    read_bank()
    outside.bank_transfer(account, -85_00, "rent", sender="")
    refused = send(grace, 1_000, "k")
    outside.pass_time(1, 20)

    refused.refresh_from_db()
    assert (refused.state, refused.reason_code, wallet(grace.pk)) == ("failed", "insufficient_funds", 9_000)
    assert outside.bank_balance(account) == 5_00


def send(member: Any, pence: int, key: str) -> Payout:
    from django.db import transaction

    from pamoja.kernel.payments.public import pay_out

    with transaction.atomic():
        return pay_out(member_id=member.pk, amount=Money(pence, "GBP"), purpose="wallet.withdrawal", key=key)
