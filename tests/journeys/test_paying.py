"""A payment with everything as in real life: web server, worker and sandbox as processes of their own."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.payments.models import Collection, Payout, WebhookInbox
from pamoja.kernel.payments.rules.states import CollectionState, PayoutState
from tests.harness.servers import Served
from tests.kernel.payments.cast import ask, send, wallet
from tests.world import a_member

pytestmark = [pytest.mark.journey, pytest.mark.committed]


def until(holds: Callable[[], bool], seconds_max: float = 30) -> None:
    deadline = time.monotonic() + seconds_max
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def test_comes_in_and_goes_out_again(community: Community, live_platform: Served, sandbox: Served) -> None:
    sandbox.post("/api/autopilot", json={"answer": "pin", "phones": "all"})

    with entered(community.pk):
        amina = a_member("Amina Wanjiru", phone="+254712600555")
        collection = ask(member_id=amina.pk, shillings=500)
        until(lambda: Collection.objects.get(pk=collection.pk).state == CollectionState.CONFIRMED)
        payout = send(member_id=amina.pk, shillings=300, filled=0)
        until(lambda: Payout.objects.get(pk=payout.pk).state == PayoutState.CONFIRMED)

        assert wallet(amina.pk) == (200, 200)
        assert set(WebhookInbox.objects.values_list("kind", flat=True)) == {"collection", "payout", "payout-state"}
        assert collection.attempts.get().receipt
