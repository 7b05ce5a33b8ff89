"""To collect from a member ..."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.audit.public import facts
from pamoja.kernel.payments.errors import (
    AmountNotWhole,
    AmountTooLarge,
    AmountTooSmall,
    CollectionUnderWay,
    CurrencyNotCarried,
    KeyReused,
    PhoneMissing,
    PhoneUnfit,
    RailUnknown,
)
from pamoja.kernel.payments.models import Collection
from pamoja.kernel.payments.public import try_collection_again
from pamoja.kernel.payments.queries.collections import collections_for
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState
from tests.kernel.payments.cast import answered, kes, submitted, wallet

Collect = Callable[..., Collection]


def test_is_a_fact_and_queues_the_asking(collect: Collect) -> None:
    collection = collect(500, purpose="tests.gift:1")

    assert (collection.state, collection.amount) == (CollectionState.INTENDED, kes(500))
    assert [fact.name for fact in facts(subject=f"collection:{collection.pk}")] == ["payments.collection_requested"]
    assert list(collections_for("tests.gift:1")) == [collection]


def test_with_the_same_key_again_is_the_same_collection(collect: Collect) -> None:
    first = collect(500, purpose="p:1", key="tap")

    assert collect(500, purpose="p:1", key="tap") == first
    assert Collection.objects.count() == 1


def test_refuses_a_key_that_was_used_for_something_else(collect: Collect) -> None:
    collect(500, purpose="p:1", key="tap")

    with pytest.raises(KeyReused):
        collect(600, purpose="p:1", key="tap")

    assert Collection.objects.count() == 1


def test_for_a_purpose_that_is_open_gives_the_open_one(collect: Collect) -> None:
    first = collect(500, purpose="p:1")

    assert collect(500, purpose="p:1") == first
    assert Collection.objects.count() == 1


def test_refuses_another_amount_while_the_purpose_is_open(collect: Collect) -> None:
    collect(500, purpose="p:1")

    with pytest.raises(CollectionUnderWay):
        collect(600, purpose="p:1")

    assert Collection.objects.count() == 1


def test_again_brings_a_waiting_attempt_forward(collect: Collect) -> None:
    collection = collect(500, purpose="p:1")
    answered(submitted(collection), "1032")
    collection.refresh_from_db()
    assert collection.next_attempt_at is not None
    assert collection.next_attempt_at > clock.now()

    again = collect(500, purpose="p:1")

    assert again == collection
    assert again.next_attempt_at is not None
    assert again.next_attempt_at <= clock.now()


def test_after_one_has_ended_begins_anew(collect: Collect) -> None:
    first = collect(500, purpose="p:1")
    answered(submitted(first), "0")

    assert collect(500, purpose="p:1") != first


@pytest.mark.parametrize(
    ("differs", "refusal"),
    [
        ({"rail": "pigeon"}, RailUnknown),
        ({"phone": "+447400000005"}, PhoneUnfit),
        ({"phone": "not a number"}, PhoneUnfit),
    ],
)
def test_refuses_what_the_rail_cannot_do(collect: Collect, differs: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        collect(500, **differs)

    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (Money(500, "GBP"), CurrencyNotCarried),
        (Money(50_050, "KES"), AmountNotWhole),
        (Money(0, "KES"), AmountTooSmall),
        (Money(-10_000, "KES"), AmountTooSmall),
        (Money(15_000_100, "KES"), AmountTooLarge),
    ],
)
def test_refuses_amounts_the_rail_does_not_carry(collect: Collect, amount: Money, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        collect(amount=amount)

    assert not Collection.objects.exists()


def test_refuses_a_member_without_a_phone(community: object, collect: Collect) -> None:
    from tests.world import a_member

    with pytest.raises(PhoneMissing):
        collect(500, member_id=a_member("No Phone").pk)

    assert not Collection.objects.exists()


def test_can_be_asked_again_at_once(collect: Collect) -> None:
    collection = collect(500, attempts_max=2)
    answered(submitted(collection), "1032")

    again = try_collection_again(collection.pk)

    assert again.next_attempt_at is not None
    assert again.next_attempt_at <= clock.now()


def test_cannot_be_asked_again_while_a_prompt_is_open(collect: Collect) -> None:
    collection = collect(500)
    submitted(collection)

    with pytest.raises(CollectionUnderWay):
        try_collection_again(collection.pk)


def test_ends_when_its_time_is_over(collect: Collect, amina: object) -> None:
    from pamoja.kernel.payments.actions.collecting import expire_collections

    collection = collect(500, expires_at=clock.now() - timedelta(seconds=1))

    assert expire_collections() == 1
    collection.refresh_from_db()
    assert collection.state == CollectionState.EXPIRED
    assert collection.attempts.count() == 0


def test_posts_the_money_when_the_rail_says_so(collect: Collect) -> None:
    collection = collect(500)

    attempt = answered(submitted(collection), "0")

    collection.refresh_from_db()
    assert (attempt.state, collection.state) == (AttemptState.PAID, CollectionState.CONFIRMED)
    assert wallet(collection.member_id) == (500, 500)
