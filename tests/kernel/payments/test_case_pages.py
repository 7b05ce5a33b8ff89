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
