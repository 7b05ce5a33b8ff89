"""A socket opens for members alone, follows what they may, and never hurts others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore

from pamoja.foundation.actions import SYSTEM
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.live import hotpath, rules
from pamoja.kernel.live.hotpath import socket as socket_module
from pamoja.kernel.live.hotpath.hub import QUEUE_MAX, Client, Hub
from pamoja.kernel.live.queries import Follower, Knock
from tests.kernel.live.browsers import Browser, break_listening, publish_now, sessions_are_checked
from tests.world import Cast, a_member

pytestmark = pytest.mark.committed


def test_opens_for_a_member(amina: Browser) -> None:
    assert amina.is_refused_with() == 101


def test_opens_on_the_domain_of_the_community(amina: Browser, community: Community) -> None:
    community.domain = "umoja.localhost"
    community.save()

    assert amina.but(host="umoja.localhost", path="/live").is_refused_with() == 101


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"host": "evil.example", "path": "/live"}, 403),
    ({"origin": "http://evil.example"}, 403),
    ({"origin": None}, 403),
    ({"session_key": ""}, 401),
    ({"path": "/c/nowhere/live"}, 404),
    ({"path": "/live"}, 404),
    ({"session_key": "made-up"}, 401),
    ({"session_key": "0123456789abcdefghijklmnopqrstuv"}, 401),
]


def test_refuses_at_the_door(amina: Browser, subtests: pytest.Subtests) -> None:
    for differs, status in REFUSED:
        with subtests.test(str(differs)):
            assert amina.but(**differs).is_refused_with() == status


def test_refuses_who_is_no_member_here(browser_of: Callable[..., Browser], cast: Cast) -> None:
    assert browser_of(cast.stranger).is_refused_with() == 401
    assert browser_of(cast.outsider).is_refused_with() == 401
    assert browser_of(cast.outsider, at=cast.other_community).is_refused_with() == 101


def test_refuses_a_session_from_before_the_password_was_changed(
    browser_of: Callable[..., Browser], community: Community
) -> None:
    member = a_member()
    browser = browser_of(member)
    member.person.set_password("Another-5895")
    member.person.save()

    assert browser.is_refused_with() == 401


def test_follows_what_may_be_followed_and_says_what_may_not(amina: Browser) -> None:
    async def story() -> None:
        async with amina.socket() as wire:
            answer = await wire.follows("circle:ours", "circle:theirs", "unheard_of:1")

        assert answer == {"following": ["circle:ours"], "refused": ["circle:theirs", "unheard_of:1"]}

    asyncio.run(story())


def test_hears_nothing_more_of_what_it_left(amina: Browser, community: Community) -> None:
    async def story() -> None:
        async with amina.socket() as wire:
            await wire.follows("circle:ours", "circle:ours-too")
            await wire.says({"leave": ["circle:ours"]})
            await wire.follows()

            await publish_now(community, "circle:ours", "paid")
            await publish_now(community, "circle:ours-too", "paid")

            assert (await wire.hears())["topic"] == "circle:ours-too"

    asyncio.run(story())


@pytest.mark.parametrize("frame", ["hello", b"\x00\x01", '{"follow": ["no topic"]}'])
def test_a_frame_that_cannot_be_read_is_answered_and_changes_nothing(
    amina: Browser, community: Community, frame: str | bytes
) -> None:
    async def story() -> None:
        async with amina.socket() as wire:
            await wire.says(frame)

            assert (await wire.hears())["refused"] == "live.frame_malformed"
            assert (await wire.follows("circle:ours"))["following"] == ["circle:ours"]

    asyncio.run(story())


def test_a_browser_that_asks_too_much_is_told_and_closed(amina: Browser) -> None:
    async def too_many_topics() -> None:
        async with amina.socket() as wire:
            await wire.follows(*(f"circle:ours-{number}" for number in range(50)))
            assert (await wire.follows("circle:ours-one-more"))["refused"] == "live.too_many_topics"
            assert await wire.closes_with() == 1008

    async def too_fast() -> None:
        async with amina.socket() as wire:
            for _ in range(rules.FRAMES_AT_ONCE + 5):
                await wire.says({"leave": []})
            assert (await wire.hears())["refused"] == "live.too_fast"
            assert await wire.closes_with() == 1008

    async def too_long() -> None:
        async with amina.socket() as wire:
            await wire.says("x" * 5000)
            assert (await wire.hears())["refused"] == "live.frame_too_long"
            assert await wire.closes_with() == 1008

    asyncio.run(too_many_topics())
    asyncio.run(too_fast())
    asyncio.run(too_long())


def test_a_person_has_a_bounded_number_of_sockets(
    amina: Browser, browser_of: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SOCKETS_A_PERSON_MAX", 1)
    other = browser_of(a_member("Otieno Odhiambo"))

    async def story() -> None:
        async with amina.socket():
            assert await asyncio.to_thread(amina.is_refused_with) == 429
            assert await asyncio.to_thread(other.is_refused_with) == 101

    asyncio.run(story())


def test_closes_soon_after_the_session_ended(amina: Browser, browser_of: Callable[..., Browser]) -> None:
    from django.contrib.sessions.models import Session

    otieno = browser_of(a_member("Otieno Odhiambo"))

    async def story() -> None:
        async with amina.socket() as hers, otieno.socket() as his:
            await hotpath.ask_database(Session.objects.filter(session_key=amina.session_key).delete)
            await sessions_are_checked()

            assert await hers.closes_with() == 4401
            assert (await his.follows("circle:ours"))["following"] == ["circle:ours"]

    asyncio.run(story())


def test_an_idle_session_neither_opens_a_socket_nor_keeps_one(amina: Browser, community: Community) -> None:
    def was_last_seen(minutes_ago: int) -> None:
        session = SessionStore(amina.session_key)
        session["seen_at"] = time.time() - minutes_ago * 60
        session.save()

    async def story() -> None:
        async with amina.socket() as wire:
            await hotpath.ask_database(was_last_seen, 29)
            await sessions_are_checked()
            assert (await wire.follows("circle:ours"))["following"] == ["circle:ours"]

            await hotpath.ask_database(was_last_seen, 31)
            await sessions_are_checked()
            assert await wire.closes_with() == 4401

    asyncio.run(story())
    assert amina.is_refused_with() == 401


def test_closes_when_the_person_is_made_inactive(browser_of: Callable[..., Browser], community: Community) -> None:
    member = a_member()
    browser = browser_of(member)

    def make_inactive() -> None:
        member.person.is_active = False
        member.person.save()

    async def story() -> None:
        async with browser.socket() as wire:
            await hotpath.ask_database(make_inactive)
            await sessions_are_checked()

            assert await wire.closes_with() == 4401

    asyncio.run(story())


def test_closes_when_the_member_is_suspended(browser_of: Callable[..., Browser], community: Community) -> None:
    member = a_member()
    browser = browser_of(member)

    def suspend() -> None:
        with entered(community.pk):
            member.is_active = False
            member.save()

    async def story() -> None:
        async with browser.socket() as wire:
            await hotpath.ask_database(suspend)
            await sessions_are_checked()

            assert await wire.closes_with() == 4401

    asyncio.run(story())
    assert browser.is_refused_with() == 401


def test_a_crowd_comes_in_at_once_and_nobody_in_place_of_another(
    browser_of: Callable[..., Browser], community: Community, other_community: Community, cast: Cast
) -> None:
    browsers = [
        (browser_of(cast.member), 101),
        (browser_of(cast.outsider), 401),
        (browser_of(cast.outsider, at=other_community), 101),
        (browser_of(cast.stranger), 401),
        (browser_of(cast.member).but(session_key="made-up"), 401),
        (browser_of(cast.member).but(path="/c/nowhere/live"), 404),
    ] * 3

    async def story() -> list[int]:
        return await asyncio.gather(*(asyncio.to_thread(each.is_refused_with) for each, _ in browsers))

    assert asyncio.run(story()) == [expected for _, expected in browsers]


def test_tells_browsers_to_fetch_anew_after_the_database_was_away(amina: Browser, community: Community) -> None:
    async def story() -> None:
        async with amina.socket() as wire:
            await wire.follows("circle:ours")

            assert await break_listening() == 1

            assert await wire.hears() == {"topic": "circle:ours", "kind": "refresh"}
            await publish_now(community, "circle:ours", "paid")
            assert (await wire.hears())["kind"] == "paid"

    asyncio.run(story())


def test_a_notification_that_is_not_ours_stops_nothing(amina: Browser, community: Community) -> None:
    from django.db import connection

    def notify_nonsense() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {rules.CHANNEL}, 'nonsense'")
            cursor.execute(f"NOTIFY {rules.CHANNEL}, '[1]'")

    async def story() -> None:
        async with amina.socket() as wire:
            await wire.follows("circle:ours")
            await hotpath.ask_database(notify_nonsense)

            await publish_now(community, "circle:ours", "paid")

            assert (await wire.hears())["kind"] == "paid"

    asyncio.run(story())


def test_a_slow_browser_is_told_to_fetch_anew_instead_of_growing_the_server(
    community: Community,
) -> None:
    async def story() -> None:
        client = Client(Follower(community.pk, SYSTEM, uuid4(), Knock(("umoja", ""), "key")))
        hub = Hub()
        hub.join(client)
        hub.follow(client, ["circle:ours"])

        for number in range(1000):
            hub.publish(rules.Publication(community.pk, "circle:ours", f"frame {number}"))

        assert len(client._frames) <= QUEUE_MAX
        assert await client.next_frame() == rules.refresh_frame("circle:ours")

    asyncio.run(story())


def test_a_browser_that_takes_nothing_is_dropped(
    amina: Browser, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "SEND_S_MAX", 0.3)

    async def story() -> None:
        async with amina.socket() as wire:
            await wire.follows("circle:ours")
            wire.raw.transport.pause_reading()
            for number in range(3000):
                # What the machine's own buffers hold has to be filled before the server can notice.
                await publish_now(community, "circle:ours", "paid", number=number, filler="x" * 7000)
                if not hotpath.hub.clients:
                    break
            assert not hotpath.hub.clients
            wire.raw.transport.abort()

    asyncio.run(story())
