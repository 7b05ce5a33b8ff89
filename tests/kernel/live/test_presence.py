"""Those who look at the same thing know of each other: who is here, who is typing, who has read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection

from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.live import hotpath
from pamoja.kernel.live.hotpath import attendance
from pamoja.kernel.live.public import present
from tests.kernel.live import browsers
from tests.kernel.live.browsers import Browser, publish_now
from tests.world import a_member

pytestmark = pytest.mark.committed


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "GATHER_S", 0.05)


async def here(community: Community, topic: str = "here:ours") -> list[UUID]:
    def asked() -> list[UUID]:
        with entered(community.pk):
            return present(topic)

    return await hotpath.ask_database(asked)


async def until(community: Community, expected: list[UUID]) -> None:
    for _ in range(200):
        if await here(community) == expected:
            return
        await asyncio.sleep(0.02)
    assert await here(community) == expected


def test_who_follows_is_here_until_their_last_socket_closes(
    browser_of: Callable[..., Browser], community: Community, other_community: Community
) -> None:
    amina, otieno = a_member("Amina Hassan"), a_member("Otieno Odhiambo")
    hers, his = browser_of(amina), browser_of(otieno)

    async def story() -> None:
        async with hers.socket() as wire:
            await wire.follows("here:ours", "here:theirs", "circle:ours")
            assert await wire.hears() == {"topic": "here:ours", "kind": "presence"}
            async with his.socket() as first, his.socket() as second:
                await first.follows("here:ours")
                await second.follows("here:ours")
                await until(community, [amina.pk, otieno.pk])
                assert await wire.hears() == {"topic": "here:ours", "kind": "presence"}
                assert await here(community, "here:theirs") == []
                assert await here(community, "circle:ours") == []
                assert await here(other_community) == []

                await first.raw.close()
                assert await wire.hears_nothing(0.2)
                assert await here(community) == [amina.pk, otieno.pk]
            assert await wire.hears() == {"topic": "here:ours", "kind": "presence"}
            await until(community, [amina.pk])
            await wire.says({"leave": ["here:ours"]})
            await until(community, [])

    asyncio.run(story())


def test_nobody_is_shown_who_does_not_wish_it_or_was_not_heard_of_for_long(
    browser_of: Callable[..., Browser], community: Community
) -> None:
    shy, seen, lost = a_member("Amina Hassan", shows_presence=False), a_member("Baraka Otieno"), a_member("Chiku M")

    hidden, shown = browser_of(shy), browser_of(seen)

    def of_a_process_that_died() -> None:
        with entered(community.pk), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO live_presence (id, community_id, topic, member_id, process_id, came_at, seen_at) VALUES "
                "(%s, %s, 'here:ours', %s, %s, now() - interval '1 hour', now() - interval '76 seconds')",
                [uuid4(), community.pk, lost.pk, uuid4()],
            )

    async def story() -> None:
        await hotpath.ask_database(of_a_process_that_died)
        async with hidden.socket() as first, shown.socket() as second:
            await first.follows("here:ours")
            await second.follows("here:ours")
            await until(community, [seen.pk])

    asyncio.run(story())


def test_typing_is_passed_on_to_who_follows_and_bounded(
    browser_of: Callable[..., Browser], community: Community
) -> None:
    amina = a_member("Amina Hassan")
    hers, his = browser_of(amina), browser_of(a_member("Otieno Odhiambo"))

    async def story() -> None:
        async with hers.socket() as writer, his.socket() as reader:
            await writer.follows("board:1")
            await reader.follows("board:1", "board:2")

            await writer.says({"typing": ["board:2"]})  # Which she does not follow.
            assert await reader.hears_nothing(0.1)
            for _ in range(3):
                await writer.says({"typing": ["board:1"]})
            typed = await reader.hears()
            await publish_now(community, "board:1", "posted")

            assert typed == {"topic": "board:1", "kind": "typing", "member": str(amina.pk)}
            assert (await reader.hears())["kind"] == "posted"

    asyncio.run(story())


def test_reading_is_told_to_the_package_whose_topic_it_is(
    browser_of: Callable[..., Browser], community: Community
) -> None:
    amina = a_member("Amina Hassan")
    hers = browser_of(amina)

    async def story() -> None:
        async with hers.socket() as wire:
            await wire.follows("board:1", "circle:ours")
            await wire.says({"read": ["board:1", "board:2", "circle:ours"]})
            await wire.follows()

    asyncio.run(story())
    assert browsers.heard == [(amina.pk, "1")]
