"""A bank's statement ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import RailSendsNothing, StatementUnreadable
from pamoja.kernel.payments.models import Case, Deposit
from pamoja.kernel.payments.rules.bank_statements import read_statement

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from pamoja.kernel.identity.public import Member


def test_is_read_by_the_names_of_its_columns() -> None:
    text = "Date,Reference,Amount\n2026-03-01,rent ABC,12.50\n2026-03-01,out,-3.00\n2026-03-01,rent ABC,12.50\n"

    lines = read_statement(text, "GBP")

    assert [(each.amount, each.reference) for each in lines] == [(Money(1_250, "GBP"), "rent ABC")] * 2
    assert len({each.line_id for each in lines}) == 2
    with pytest.raises(StatementUnreadable):
        read_statement("Date,Reference,Amount\n2026-03-01,x,twelve\n", "GBP")


def test_settles_what_was_asked_fills_wallets_and_keeps_strangers_money_apart(london: Community, grace: Member) -> None:
    from django.db import transaction

    from pamoja.kernel.ledger.public import balance
    from pamoja.kernel.payments.actions.casework import resolve_case
    from pamoja.kernel.payments.actions.collecting import begin_attempt
    from pamoja.kernel.payments.actions.depositing import Imported, import_statement
    from pamoja.kernel.payments.actions.settling import record_acceptance
    from pamoja.kernel.payments.providers.rails import rail_named
    from pamoja.kernel.payments.queries.accounts import community_account
    from pamoja.kernel.payments.queries.methods import reference_of
    from tests.kernel.payments.cards import ask, wallet
    from tests.kernel.payments.cast import operator

    collection = ask(grace.pk, 5_000, rail="bank")
    order = begin_attempt(collection_id=collection.pk)
    assert order is not None
    record_acceptance(attempt_id=order.attempt_id, submission=rail_named("bank").collect(order))
    code = reference_of(grace.pk)
    lines = read_statement(
        f"Id,Reference,Amount\n1,{code.lower()},50.00\n2,Grace {code[:3]}-{code[3:]},7.00\n3,thanks,9.00\n", "GBP"
    )

    assert import_statement(by=operator(), lines=lines) == Imported(matched=2, unmatched=1)
    assert import_statement(by=operator(), lines=lines) == Imported(known=3)

    collection.refresh_from_db()
    assert (collection.state, wallet(grace.pk), Deposit.objects.count()) == ("confirmed", 5_700, 3)
    with transaction.atomic():
        unmatched = community_account("unmatched", "GBP")
    assert balance(unmatched).posted == Money(900, "GBP")
    resolve_case(by=operator(), case_id=Case.objects.get().pk, reason="She wrote to us", member_id=grace.pk)
    assert (wallet(grace.pk), balance(unmatched).posted) == (6_600, Money(0, "GBP"))


def test_nothing_leaves_by_a_bank_that_cannot_be_asked(
    london: Community, grace: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What left would stay held for ever."""
    from django.conf import settings
    from django.db import transaction

    from pamoja.kernel.payments.models import Payout
    from pamoja.kernel.payments.public import pay_out

    monkeypatch.setattr(settings.PAMOJA, "bank_base_url", "")

    with pytest.raises(RailSendsNothing), transaction.atomic():
        pay_out(member_id=grace.pk, amount=Money(100, "GBP"), purpose="wallet", key="by-bank", rail="bank")

    assert not Payout.objects.exists()
