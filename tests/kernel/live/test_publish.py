"""Publishing tells followers at commit, never otherwise."""

from __future__ import annotations

import asyncio

import pytest
from django.db import transaction

from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.live.hotpath import ask_database
from pamoja.kernel.live.public import publish
from tests.kernel.live.browsers import Browser, publish_now

pytestmark = pytest.mark.committed


def test_refuses_outside_a_transaction(community: Community) -> None:
    with pytest.raises(RuntimeError, match="inside an action's transaction"):
        publish("circle:ours", "paid")


def test_tells_followers_once_the_deed_is_committed(amina: Browser, community: Community) -> None:
    async def story() -> None:
        async with amina.socket() as wire:
            await wire.follows("circle:ours")

            await publish_now(community, "circle:ours", "contribution_paid", position=3)

            assert await wire.hears() == {"topic": "circle:ours", "kind": "contribution_paid", "position": 3}

    asyncio.run(story())


def test_tells_nobody_when_the_deed_is_undone(amina: Browser, community: Community) -> None:
    def deed_that_fails() -> None:
        with entered(community.pk), transaction.atomic():
            publish("circle:ours", "contribution_paid")
            transaction.set_rollback(True)

    async def story() -> None:
        async with amina.socket() as wire:
            await wire.follows("circle:ours")

            await ask_database(deed_that_fails)

            assert await wire.hears_nothing()

    asyncio.run(story())


def test_tells_nobody_of_another_community_or_topic(
    amina: Browser, community: Community, other_community: Community
) -> None:
    async def story() -> None:
        async with amina.socket() as wire:
            await wire.follows("circle:ours")

            await publish_now(other_community, "circle:ours", "contribution_paid")
            await publish_now(community, "circle:ours-too", "contribution_paid")

            assert await wire.hears_nothing()

    asyncio.run(story())
