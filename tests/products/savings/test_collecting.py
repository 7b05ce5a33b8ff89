"""Collecting contributions from phones"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from pamoja.foundation.actions import IdempotencyKey
from pamoja.foundation.events import announce
from pamoja.kernel.messaging.public import messages_of
from pamoja.kernel.payments.public import (
    CollectionConfirmed,
    CollectionFailed,
    CollectionGivenUp,
    PhoneMissing,
    collections_for,
)
from pamoja.products.savings import errors
from pamoja.products.savings.public import choose_how_to_pay, end_circle, pause_circle, pay_by_phone, resume_circle
from tests.products.savings.circles import (
    Group,
    a_running_group,
    after,
    fund,
    kept,
    pay,
    run_own_jobs,
    shillings,
    sweep,
    wallet,
)

if TYPE_CHECKING:
    from pamoja.kernel.payments.public import Collection
    from pamoja.products.savings.public import Contribution


@pytest.fixture
def group(clock: Any, community: object) -> Group:
    """A running circle of three who have phones."""
    from pamoja.kernel.identity.queries.people import phone_index

    running = a_running_group(3, late_fee=shillings(200))
    for number, person in enumerate(running.people):
        person.person.phone = f"+25471234567{number}"
        person.person.phone_index = phone_index(person.person.phone)
        person.person.save()
    return running


def asked(group: Group, place: int = 1, *, key: str = "pressed") -> Contribution:
    return pay_by_phone(by=group.by(place), contribution_id=group.contribution(1, place).pk, key=IdempotencyKey(key))


def collection_of(group: Group, place: int = 1) -> Collection:
    found = collections_for(group.contribution(1, place).purpose).first()
    assert found is not None
    return found


def tell(kind: type[Any], collection: Collection, **more: Any) -> None:
    """Payments announces how it went, and savings does what follows."""
    with transaction.atomic():
        announce(
            kind(
                collection_id=collection.pk,
                member_id=collection.member_id,
                amount=collection.amount,
                purpose=collection.purpose,
                **more,
            )
        )
    run_own_jobs()


def confirm(group: Group, place: int = 1) -> None:
    collection = collection_of(group, place)
    fund(group.people[place], collection.amount)
    tell(CollectionConfirmed, collection, receipt="SKA1B2C3D4")


def fail(group: Group, *, may_retry: bool, place: int = 1) -> None:
    more = {"reason_code": "1032", "reason": "You cancelled it.", "may_retry": may_retry, "next_attempt_at": None}
    tell(CollectionFailed, collection_of(group, place), **more)


def test_asks_the_phone_and_pays_when_the_money_is_there(group: Group) -> None:
    asked(group)
    assert group.contribution(1, 1).collecting == "asked"
    assert not kept(group)

    confirm(group)

    paid = group.contribution(1, 1)
    assert (paid.state, paid.collecting) == ("paid", "")
    assert (kept(group), wallet(group.people[1])) == (shillings(5_000), shillings(0))


def test_a_second_press_is_no_second_prompt(group: Group) -> None:
    asked(group, key="first")
    asked(group, key="second")

    assert collections_for(group.contribution(1, 1).purpose).count() == 1


def test_a_confirmation_that_comes_twice_pays_once(group: Group) -> None:
    asked(group)

    confirm(group)
    tell(CollectionConfirmed, collection_of(group), receipt="SKA1B2C3D4")

    assert kept(group) == shillings(5_000)


def test_a_failure_is_told_and_the_next_try_pays(group: Group) -> None:
    asked(group)

    fail(group, may_retry=True)

    failed = group.contribution(1, 1)
    assert (failed.state, failed.collecting, failed.collecting_message) == ("due", "failed", "You cancelled it.")
    assert messages_of(group.people[1].pk)[0].subject == "Your payment to Harvest did not go through"
    confirm(group)
    assert group.contribution(1, 1).state == "paid"


def test_giving_up_asks_the_member_to_pay_by_hand(group: Group) -> None:
    asked(group)

    tell(CollectionGivenUp, collection_of(group), reason_code="1032", reason="You cancelled it.")

    assert messages_of(group.people[1].pk)[0].subject == "Please pay KSh 5,000 to Harvest yourself"


def test_collects_by_itself_on_the_due_day_from_the_wallet_first(group: Group, clock: Any) -> None:
    fund(group.people[1], shillings(5_000))
    choose_how_to_pay(by=group.by(2), circle_id=group.circle_id, pays_automatically=False)

    clock.turn_to(after(group, 1, hours=-13))
    sweep()

    assert group.contribution(1, 1).state == "paid"
    assert group.contribution(1, 0).collecting == "asked"
    assert collection_of(group, 0).amount == shillings(5_000)


def test_whoever_chose_to_pay_by_hand_is_not_asked(group: Group, clock: Any) -> None:
    choose_how_to_pay(by=group.by(2), circle_id=group.circle_id, pays_automatically=False)
    pay(group, 1, 0, 1, 2)

    clock.turn_to(after(group, 1))
    sweep()
    clock.turn_to(after(group, 2, hours=-13))
    sweep()

    assert [group.contribution(2, place).collecting for place in range(3)] == ["asked", "asked", ""]


def test_who_has_no_phone_is_told_why(clock: Any, community: object) -> None:
    group = a_running_group(2)

    clock.turn_to(after(group, 1, hours=-13))
    sweep()

    assert "phone" in group.contribution(1, 1).collecting_message
    with pytest.raises(PhoneMissing):
        asked(group)


def test_a_fee_waits_for_the_prompt_and_then_changes_what_is_asked(group: Group, clock: Any) -> None:
    clock.turn_to(after(group, 1, seconds=1))
    sweep()
    asked(group)
    clock.turn_to(after(group, 1, days=4))
    sweep()
    assert not group.contribution(1, 1).late_fee, "who answers the prompt in time is not fined"

    fail(group, may_retry=True)
    sweep()
    sweep()

    again = group.contribution(1, 1)
    assert (again.owed, again.collecting) == (shillings(5_200), "asked")
    assert collection_of(group).amount == shillings(5_200)


def test_money_that_comes_too_late_stays_in_the_wallet(group: Group) -> None:
    asked(group)
    end_circle(by=group.organiser, circle_id=group.circle_id)

    confirm(group)

    assert wallet(group.people[1]) == shillings(5_000)
    assert group.contribution(1, 1).state == "cancelled"


def test_money_that_comes_in_a_pause_pays_afterwards(group: Group, clock: Any) -> None:
    clock.turn_to(after(group, 1, hours=-13))
    sweep()
    pause_circle(by=group.organiser, circle_id=group.circle_id)
    confirm(group)
    assert wallet(group.people[1]) == shillings(5_000)

    resume_circle(by=group.organiser, circle_id=group.circle_id)
    sweep()

    assert group.contribution(1, 1).state == "paid"


def test_paying_from_the_wallet_withdraws_what_would_be_asked_again(group: Group) -> None:
    asked(group)
    fail(group, may_retry=True)

    pay(group, 1, 1)
    run_own_jobs()

    assert collection_of(group).state == "given_up"
    assert group.contribution(1, 1).collecting == ""


def test_refuses_what_is_not_ones_own_or_is_paid(group: Group) -> None:
    pay(group, 1, 1)

    with pytest.raises(errors.AlreadyPaid):
        asked(group)
    with pytest.raises(errors.NotYours):
        pay_by_phone(by=group.by(2), contribution_id=group.contribution(1, 1).pk, key=IdempotencyKey("k"))

    assert not collections_for(group.contribution(1, 1).purpose).exists()
