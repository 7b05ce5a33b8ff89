"""A member's ways to pay ..."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pamoja.kernel.payments.actions import methods as deeds
from pamoja.kernel.payments.errors import MethodNotFound, MethodsTooMany, MethodUnusable, PhoneUnfit
from pamoja.kernel.payments.queries.methods import methods_of, paying_methods
from pamoja.kernel.payments.rules.banking import read_account
from pamoja.kernel.payments.rules.messages import MethodState as Said
from pamoja.kernel.payments.rules.messages import SetupStarted
from pamoja.kernel.payments.rules.methods import METHODS_MAX, MethodKind

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from pamoja.kernel.identity.public import Member
    from pamoja.kernel.payments.models import Method

CARD = Said(
    is_usable=True,
    rail_id="pm_1",
    brand="visa",
    last4="4242",
    fingerprint="of 4242",
    expires_month=4,
    expires_year=2030,
)


@pytest.fixture
def saved(other_community: Community, grace: Member) -> Method:
    from pamoja.kernel.communities.public import entered
    from tests.world import actor

    with entered(other_community.pk):
        order = deeds.begin_method(by=actor(grace), kind=MethodKind.CARD)
        deeds.record_setup_started(
            method_id=order.method_id, started=SetupStarted(customer_id="cus_1", session_id="cs_1", url="https://x")
        )
        return deeds.record_method(method_id=order.method_id, said=CARD)


def test_a_card_is_shown_once_the_provider_saved_it(other_community: Community, grace: Member) -> None:
    from pamoja.kernel.communities.public import entered
    from tests.world import actor

    with entered(other_community.pk):
        order = deeds.begin_method(by=actor(grace), kind=MethodKind.CARD)
        assert not methods_of(grace.pk).exists()
        deeds.record_method(method_id=order.method_id, said=Said(is_usable=None))
        assert not methods_of(grace.pk).exists()

        for _ in range(2):
            deeds.record_method(method_id=order.method_id, said=CARD)

        (found,) = paying_methods(grace.pk)
        assert (found.title, found.expires_year) == ("Visa •••• 4242", 2030)


def test_the_same_card_again_takes_the_place_of_the_one_before(
    other_community: Community, grace: Member, saved: Method
) -> None:
    from pamoja.kernel.communities.public import entered
    from tests.world import actor

    with entered(other_community.pk):
        deeds.rename_method(by=actor(grace), method_id=saved.pk, name="Mine")
        again = deeds.begin_method(by=actor(grace), kind=MethodKind.CARD)
        deeds.record_method(method_id=again.method_id, said=replace(CARD, rail_id="pm_renewed", expires_year=2034))

        (found,) = paying_methods(grace.pk)
        assert (found.pk, found.title, found.expires_year) == (again.method_id, "Mine", 2034)
        saved.refresh_from_db()
        assert saved.state == "removed"


def test_can_be_named_ordered_and_removed_by_their_member_alone(
    other_community: Community, grace: Member, saved: Method
) -> None:
    from pamoja.kernel.communities.public import entered
    from tests.world import a_member, actor

    with entered(other_community.pk):
        other = a_member("Kofi Mensah")
        account = read_account(holder="Grace Okoro", bank="Thames", account="12345678", sort_code="108800")
        bank = deeds.add_bank_account(by=actor(grace), account=account)
        assert deeds.add_bank_account(by=actor(grace), account=account) == bank

        deeds.rename_method(by=actor(grace), method_id=saved.pk, name="  My   card ")
        for stranger in (
            lambda: deeds.rename_method(by=actor(other), method_id=saved.pk, name="x"),
            lambda: deeds.put_method_first(by=actor(other), method_id=saved.pk),
            lambda: deeds.remove_method(by=actor(other), method_id=saved.pk),
        ):
            with pytest.raises(MethodNotFound):
                stranger()
        with pytest.raises(MethodUnusable):
            deeds.put_method_first(by=actor(grace), method_id=bank.pk)
        assert [each.title for each in methods_of(grace.pk)] == ["My card", "Bank account •••• 5678"]

        deeds.remove_method(by=actor(grace), method_id=saved.pk)
        assert [each.pk for each in methods_of(grace.pk)] == [bank.pk]
        assert paying_methods(grace.pk) == []


def test_are_not_more_than_somebody_can_oversee(community: Community, amina: Member) -> None:
    from tests.world import actor

    for number in range(METHODS_MAX):
        deeds.add_phone(by=actor(amina), phone=f"07123000{number:02d}")
    assert deeds.add_phone(by=actor(amina), phone="0712300000").last4 == "000"

    with pytest.raises(MethodsTooMany):
        deeds.add_phone(by=actor(amina), phone="0712399999")
    with pytest.raises(PhoneUnfit):
        deeds.add_phone(by=actor(amina), phone="not a phone")


def test_one_whose_number_is_written_anew_is_another_one(community: Community, amina: Member) -> None:
    from django.db import IntegrityError, transaction

    from tests.world import actor

    phone = deeds.add_phone(by=actor(amina), phone="0712300000")
    phone.number = "254799999999"

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        phone.save(update_fields=["number"])
