"""A payment with everything as in real life: web server, worker and sandbox as processes of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pamoja.kernel.payments.models import Collection, Payout, WebhookInbox
from pamoja.kernel.payments.rules.states import CollectionState, PayoutState
from tests.kernel.payments.cast import wallet

if TYPE_CHECKING:
    from tests.harness.servers import Served

pytestmark = pytest.mark.committed


def until(holds: Callable[[], bool], seconds_max: float = 30) -> None:
    deadline = time.monotonic() + seconds_max
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def test_comes_in_and_goes_out_again(
    live_platform: Served, sandbox: Served, collect: Callable[..., Collection], pay_out: Callable[..., Payout]
) -> None:
    sandbox.request("DELETE", "/api/faults")
    sandbox.request("PUT", "/clock", json={"real": True})
    sandbox.request("PUT", "/api/autopilot", json={"answer": "pin"})

    collection = collect(500)
    until(lambda: Collection.objects.get(pk=collection.pk).state == CollectionState.CONFIRMED)
    payout = pay_out(300, filled=0)
    until(lambda: Payout.objects.get(pk=payout.pk).state == PayoutState.CONFIRMED)

    assert wallet(collection.member_id) == (200, 200)
    assert set(WebhookInbox.objects.values_list("kind", flat=True)) == {"collection", "payout", "payout-state"}
    assert collection.attempts.get().receipt
