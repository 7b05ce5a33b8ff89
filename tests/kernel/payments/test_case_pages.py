"""The back office of payments ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.payments.models import Case
from pamoja.kernel.payments.rules.givingback import CaseKind

if TYPE_CHECKING:
    from tests.world.cast import Cast


@pytest.fixture
def case(cast: Cast) -> Case:
    from django.db import transaction

    from pamoja.kernel.payments.actions.casework import open_case

    with transaction.atomic():
        return open_case(
            kind=CaseKind.DIFFERENCE, subject="stripe:ch_1", says="The books disagree", amount=Money(700, "KES")
        )


def test_lists_cases_and_resolves_one_with_a_reason(cast: Cast, case: Case) -> None:
    from tests.world import signed_in

    browser = signed_in(cast.owner)
    root = f"/c/{cast.community.slug}/payments/cases/"

    assert "The books disagree" in browser.get(root).content.decode()
    assert browser.post(f"{root}{case.public_id}/", {"reason": ""}).status_code == 422
    answer = browser.post(f"{root}{case.public_id}/", {"reason": "Charged by hand, and given back"})

    case.refresh_from_db()
    assert (answer.status_code, case.resolution) == (302, "Charged by hand, and given back")
    assert "The books disagree" not in browser.get(root).content.decode()


def test_finds_whose_money_it_is_by_name(cast: Cast) -> None:
    from django.db import transaction

    from pamoja.kernel.ledger.public import Transfer, post
    from pamoja.kernel.payments.actions.casework import open_case
    from pamoja.kernel.payments.models import Deposit
    from pamoja.kernel.payments.queries.accounts import clearing_account, community_account
    from tests.kernel.payments.cast import wallet
    from tests.world import signed_in

    money = Money(70_000, "KES")
    with transaction.atomic():
        unmatched = community_account("unmatched", "KES")
        entry = post(
            key="came",
            transfers=[Transfer(debit=clearing_account("bank", "KES"), credit=unmatched, amount=money)],
            description="Came",
        )
        deposit = Deposit.objects.create(
            rail="bank", rail_id="line-1", amount_minor=70_000, currency="KES", reference="fees", entry_id=entry.id
        )
        found = open_case(kind=CaseKind.UNMATCHED, subject=f"deposit:{deposit.pk}", says="Nobody's", amount=money)
    browser = signed_in(cast.owner)
    address = f"/c/{cast.community.slug}/payments/cases/{found.public_id}/"

    searched = browser.get(f"{address}?q={cast.member.name.split()[0]}").content.decode()
    assert f"?member={cast.member.pk}" in searched
    assert f"?member={cast.treasurer.pk}" not in searched
    chosen = browser.get(f"{address}?member={cast.member.pk}").content.decode()
    assert f'name="member" value="{cast.member.pk}"' in chosen
    browser.post(address, {"reason": "She showed the slip", "member": str(cast.member.pk)})

    assert wallet(cast.member.pk) == (700, 700)


@pytest.mark.parametrize("path", ["payments/cases/", "payments/all/"])
def test_is_for_those_who_manage_payments(cast: Cast, case: Case, path: str) -> None:
    from tests.world import signed_in

    address = f"/c/{cast.community.slug}/{path}"

    assert signed_in(cast.owner).get(address).status_code == 200
    assert signed_in(cast.member).get(address).status_code == 403


def test_shows_ways_to_pay_and_adds_a_phone(cast: Cast) -> None:
    from tests.world import signed_in

    browser, root = signed_in(cast.member), f"/c/{cast.community.slug}/payments/methods/"

    assert "No way to pay yet" in browser.get(root).content.decode()
    assert browser.post(f"{root}add/phone/", {"phone": "12"}).status_code == 422
    assert browser.post(f"{root}add/phone/", {"phone": "0712 345 999"}).status_code == 302
    assert "M-PESA •••• 999" in browser.get(root).content.decode()
