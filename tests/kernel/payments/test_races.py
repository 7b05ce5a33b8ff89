"""Two at once ..."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from pamoja.foundation.errors import Refusal
from pamoja.kernel.audit.public import facts
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.payments.actions import noting, paying_out, settling
from pamoja.kernel.payments.actions.collecting import begin_attempt
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Payout
from pamoja.kernel.payments.providers.rails import read_notice
from pamoja.kernel.payments.rules.messages import CollectionAnswer, Found, Notice
from pamoja.kernel.payments.rules.states import CollectionState
from tests.kernel.payments.cast import ask, came_in, clearing, push_callback, send, submitted, wallet

pytestmark = pytest.mark.committed


def at_once(community: Community, *deeds: Callable[[], Any]) -> list[Any]:
    """Each deed on a connection of its own, all from the same moment."""
    ready, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int) -> None:
        try:
            with entered(community.pk):
                connection.ensure_connection()
                ready.wait(10)
                results[place] = deeds[place]()
        except Refusal as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def test_callbacks_and_queries_post_one_entry(community: Community, collect: Callable[..., Collection]) -> None:
    for round_number in range(5):
        collection = collect(500)
        rail_id = f"ws_{round_number}"
        attempt = submitted(collection, rail_id)
        came_in(attempt, push_callback(rail_id, receipt=f"R{round_number}"))
        came_in(attempt, push_callback(rail_id, receipt=f"R{round_number}") + b" ")
        answer = CollectionAnswer(rail_id=rail_id, code="0")

        at_once(
            community,
            lambda: noting.note_webhooks(read=read_notice, limit=1),
            lambda: noting.note_webhooks(read=read_notice, limit=1),
            *[
                lambda attempt_id=attempt.pk, answer=answer: settling.apply_answer(attempt_id=attempt_id, answer=answer)
                for _ in range(3)
            ],
        )

        collection.refresh_from_db()
        assert collection.state == CollectionState.CONFIRMED
        assert facts(subject=f"collection:{collection.pk}", name="payments.collection_confirmed").count() == 1
    assert (wallet(collection.member_id)[0], clearing()) == (2500, -2500)


def test_a_double_tap_asks_once(community: Community, amina: Any) -> None:
    tap = lambda key: lambda: ask(member_id=amina.pk, shillings=500, purpose="tests.tap", key=key)  # noqa: E731 - two taps

    made = at_once(community, tap("same"), tap("same"), tap("other"), tap("another"))

    assert len({each.pk for each in made}) == 1
    orders = at_once(community, *[lambda: begin_attempt(collection_id=made[0].pk) for _ in range(4)])
    assert sum(order is not None for order in orders) == 1
    assert CollectionAttempt.objects.count() == 1


def test_a_payout_told_twice_is_captured_once(community: Community, pay_out: Callable[..., Payout]) -> None:
    payout = pay_out(300, filled=500)
    paying_out.begin_payout(payout_id=payout.pk)

    from django.db import transaction

    from pamoja.kernel.payments.queries.payouts import payout_for_update

    def settle(notice: Notice) -> Callable[[], str]:
        def deed() -> str:
            with transaction.atomic():
                return paying_out.settle_payout(payout_for_update(payout.pk), notice)

        return deed

    done = settle(Notice(code="0", found=Found.COMPLETED, receipt="R1", amount_minor=30_000))
    failed = settle(Notice(code="0", found=Found.PENDING))
    at_once(community, done, done, failed, done)

    assert (wallet(payout.member_id), clearing()) == ((200, 200), 300)
    assert facts(name="payments.payout_confirmed").count() == 1


def test_two_withdrawals_never_take_more_than_there_is(community: Community, amina: Any) -> None:
    def taking(key: str) -> Callable[[], Any]:
        return lambda: send(member_id=amina.pk, shillings=400, filled=0, key=key)

    send(member_id=amina.pk, shillings=1, filled=501, key="first")

    made = at_once(community, taking("a"), taking("b"), taking("c"))

    assert sum(isinstance(each, Payout) for each in made) == 1
    assert wallet(amina.pk) == (501, 100)


def test_two_sweeps_ask_about_each_attempt_once(community: Community, collect: Callable[..., Collection]) -> None:
    from pamoja.foundation import clock
    from pamoja.kernel.payments.actions.asking import take_due_attempts

    attempts = [submitted(collect(500), f"ws_{number}") for number in range(10)]
    CollectionAttempt.objects.update(next_query_at=clock.now())

    taken = at_once(community, *[take_due_attempts for _ in range(4)])

    asked: list[UUID] = [question.attempt_id for each in taken for question in each]
    assert sorted(asked) == sorted(attempt.pk for attempt in attempts)
