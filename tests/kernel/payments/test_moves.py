"""The database moves payments only as the rules allow."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from pamoja.kernel.payments.models import Collection, CollectionAttempt, Payout
from pamoja.kernel.payments.rules.onward import ONWARD_MOVES
from pamoja.kernel.payments.rules.states import ATTEMPT_MOVES, COLLECTION_MOVES, PAYOUT_MOVES
from tests.kernel.payments.cast import answered, submitted


@pytest.mark.parametrize(
    ("table", "moves"),
    [
        ("payments_collection", COLLECTION_MOVES),
        ("payments_attempt", ATTEMPT_MOVES),
        ("payments_payout", PAYOUT_MOVES),
        ("payments_onward", ONWARD_MOVES),
    ],
)
def test_the_trigger_knows_the_moves_of_the_rules(
    database: None, table: str, moves: dict[StrEnum, frozenset[StrEnum]]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", [f"{table}_moves"])
        (definition,) = cursor.fetchone()

    assert set(re.findall(r"'(\w+>\w+)'", definition)) == {
        f"{before}>{after}" for before, reachable in moves.items() for after in reachable
    }


def test_refuses_a_move_that_the_rules_do_not_know(collect: Callable[..., Collection]) -> None:
    collection = collect(500)
    answered(submitted(collection), "0")

    with pytest.raises(IntegrityError, match="cannot go from confirmed to failed"), transaction.atomic():
        Collection.objects.filter(pk=collection.pk).update(state="failed", confirmed_at=None)


@pytest.mark.parametrize(
    "change", [{"amount_minor": 1}, {"purpose": "another"}, {"phone": "254700000000"}, {"key": "another"}]
)
def test_refuses_to_change_what_was_agreed(collect: Callable[..., Collection], change: dict[str, object]) -> None:
    collection = collect(500)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Collection.objects.filter(pk=collection.pk).update(**change)


def test_refuses_to_point_a_payout_at_another_phone(pay_out: Callable[..., Payout]) -> None:
    payout = pay_out(300)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Payout.objects.filter(pk=payout.pk).update(phone="254700000000")


def test_refuses_a_second_open_prompt(collect: Callable[..., Collection]) -> None:
    collection = collect(500)
    submitted(collection)

    with pytest.raises(IntegrityError, match="payments_attempt_one_open"), transaction.atomic():
        CollectionAttempt.objects.create(collection=collection, number=2, rail="mpesa")


def test_refuses_a_paid_attempt_without_an_entry(collect: Callable[..., Collection]) -> None:
    attempt = submitted(collect(500))

    with pytest.raises(IntegrityError, match="payments_attempt_paid_is_posted"), transaction.atomic():
        CollectionAttempt.objects.filter(pk=attempt.pk).update(state="paid")


def test_refuses_a_receipt_that_another_payment_has(collect: Callable[..., Collection]) -> None:
    first, second = submitted(collect(500), "ws_1"), submitted(collect(500), "ws_2")
    CollectionAttempt.objects.filter(pk=first.pk).update(receipt="SKL7TLTQA2")

    with pytest.raises(IntegrityError, match="payments_attempt_receipt_unique"), transaction.atomic():
        CollectionAttempt.objects.filter(pk=second.pk).update(receipt="SKL7TLTQA2")


def test_refuses_to_delete(collect: Callable[..., Collection]) -> None:
    collect(500)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Collection.objects.all().delete()

    assert Collection.objects.count() == 1
