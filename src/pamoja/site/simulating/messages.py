"""Says much to many while everything goes wrong, and asks the outside world what really came to whom, and when."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx
from django.db import connection, transaction

from pamoja.foundation import clock
from pamoja.kernel.communities.public import Community, current_community_id, entered
from pamoja.kernel.identity.models import Member, Person
from pamoja.kernel.identity.queries.people import phone_index
from pamoja.kernel.messaging.models import Address, Message
from pamoja.kernel.messaging.public import Channel, Kind, record_consent, send
from pamoja.kernel.messaging.queries.reaching import recipient_of
from pamoja.kernel.messaging.rules import UNFINISHED, Consent
from pamoja.site.config import Config
from pamoja.site.processes import dies_with_us

BEGINS_AT = datetime(2027, 1, 4, 6, tzinfo=UTC)  # nine in Nairobi, late at night in Los Angeles
DAY_BEGINS = BEGINS_AT + timedelta(hours=1)
# Dispatchers need so long to start.
BEFORE = timedelta(seconds=15)
BETWEEN = timedelta(milliseconds=40)
NIGHT_IS_OVER = datetime(2027, 1, 4, 15, 0, 5, tzinfo=UTC)
DAY_ZONE, NIGHT_ZONE = "Africa/Nairobi", "America/Los_Angeles"
DISPATCHERS, QUEUERS, LEASE_S, SIGKILL = 2, 2, 30.0, signal.SIGKILL
# Of each sender's rate, so that a queue is the exception; what comes on top are retries.
SHARE_MEANT = 0.6
ON_WHATSAPP, AT_NIGHT, WITH_THREE, STOPPING = 0.6, 0.1, 0.1, 0.02
KINDS = (Kind.MONEY, Kind.MONEY, Kind.REMINDER, Kind.NEWS)
LOUD_LATER = (Kind.REMINDER, Kind.NEWS)
# A request that was under way to the provider when STOP was written cannot be called back; it takes moments, on a busy
# machine more.
UNDER_WAY_S = 3.0
KILL_EVERY_S = 12.0
SETTLE_S_MAX = 240.0
# What goes wrong with --faults all. None of it ends a message; each makes somebody doubt whether it was sent.
FAULTS = {
    "request_lost": {"probability": 0.01},
    "answer_lost": {"probability": 0.02},
    "internal_error": {"probability": 0.01},
    "html_error": {"probability": 0.005},
    "too_many_requests": {"probability": 0.002},
}
QUIET_WORLD = {"message_sent_s": 0, "message_delivered_s": 3600, "reads_by_itself": False, "callback_attempts": 1}
CHUNK = 200


@dataclass(frozen=True)
class Wanted:
    """What to play."""

    members: int
    seed: int
    faults: bool


@dataclass
class Saying:
    """One thing that is to be said."""

    number: int
    kind: Kind
    due_at: datetime
    message_id: UUID | None = None


@dataclass
class Listener:
    """A member, their phone, and when they said STOP."""

    member_id: UUID
    phone: str
    is_on_whatsapp: bool
    zone: str
    address_id: UUID
    stops_at: datetime | None = None
    stopped_at: datetime | None = None
    sayings: list[Saying] = field(default_factory=list)


@dataclass
class Played:
    """What was played."""

    listeners: list[Listener]
    began_at: datetime
    ended_at: datetime = BEGINS_AT
    kills: int = 0
    seconds: float = 0.0
    struck: dict[str, int] = field(default_factory=dict)
    unfinished: int = 0

    def figures(self) -> dict[str, Any]:
        """For programs."""
        return {"unfinished": self.unfinished, "kills": self.kills, "faults_struck": sum(self.struck.values())}


def play(config: Config, wanted: Wanted, *, say: Callable[[str], None]) -> Played:
    """People, what is said to them, dispatchers that are killed, STOPs in the middle, and the next morning."""
    dice = random.Random(wanted.seed)  # noqa: S311 - a play, no secret
    with httpx.Client(base_url=config.sandbox_url, timeout=60) as world:
        world.put("/api/preferences", json=QUIET_WORLD).raise_for_status()
        _turn(world, BEGINS_AT)
        community = Community.objects.create(
            slug="simulation", name="Simulation", currency="KES", country="KE", time_zone=DAY_ZONE
        )
        with entered(community.pk):
            listeners = _gather(wanted, dice)
            _write_first(config, listeners)
            say(f"{len(listeners)} members gathered, and {sum(each.is_on_whatsapp for each in listeners)} wrote to us")
            lasts_s = _plan(config, listeners, dice)
            _queue(listeners)
            say(f"{sum(len(each.sayings) for each in listeners)} messages queued, due within {lasts_s:.0f} s")
            played = Played(listeners, began_at=DAY_BEGINS)
            _turn(world, DAY_BEGINS - BEFORE)
            if wanted.faults:
                world.put("/api/faults", json={"seed": wanted.seed, "faults": FAULTS}).raise_for_status()
            began_s = time.monotonic()
            with _dispatching() as children:
                with _killing(children, played, dice) if wanted.faults else nullcontext():
                    _live(listeners, lasts_s)
                played.ended_at = clock.now()
                played.seconds = time.monotonic() - began_s
                _settle()
                say(
                    f"the day is over after {time.monotonic() - began_s:.0f} s; {_left()} messages wait for the morning"
                )
                faults = world.get("/api/faults").json()["faults"]
                played.struck = {kind: each["fired"] for kind, each in faults.items() if each["fired"]}
                world.delete("/api/faults")
                _turn(world, NIGHT_IS_OVER)
                _settle()
            played.unfinished = Message.objects.filter(state__in=[each.value for each in UNFINISHED]).count()
        world.put("/clock", json={"real": True})
    return played


def _turn(world: httpx.Client, moment: datetime) -> None:
    told = world.put("/clock", json={"now": moment.isoformat()}).raise_for_status().json()
    clock.turn_by(timedelta(seconds=float(told["offset_s"])))


def _gather(wanted: Wanted, dice: random.Random) -> list[Listener]:
    people, members, addresses, listeners = [], [], [], []
    now = clock.now()
    for number in range(wanted.members):
        phone = f"+2547{10_000_000 + number * 37:08d}"
        is_on_whatsapp = dice.random() < ON_WHATSAPP
        zone = NIGHT_ZONE if dice.random() < AT_NIGHT else DAY_ZONE
        person = Person(
            email=f"member-{number}@simulation.invalid",
            name=f"Member {number}",
            phone=phone,
            phone_index=phone_index(phone),
            phone_verified_at=now,
            time_zone=zone,
            password="!",  # noqa: S106 - nobody signs in
        )
        member = Member(person=person, name=person.name)
        channel = Channel.WHATSAPP if is_on_whatsapp else Channel.SMS
        address = Address(
            member=member,
            channel=channel,
            address=phone,
            recipient=recipient_of(channel, phone),
            consent=Consent.GIVEN,
            last_inbound_at=now if is_on_whatsapp else None,
        )
        people.append(person)
        members.append(member)
        addresses.append(address)
        listeners.append(Listener(member.pk, phone, is_on_whatsapp, zone, address.pk))
    for model, rows in ((Person, people), (Member, members), (Address, addresses)):
        model._default_manager.bulk_create(rows, batch_size=1000)  # type: ignore[arg-type]  # rows of that model
    return listeners


def _write_first(config: Config, listeners: list[Listener]) -> None:
    """WhatsApp's window opens for who writes."""
    sender = f"whatsapp:{config.twilio_whatsapp_from}"
    with httpx.Client(base_url=config.sandbox_url, timeout=60) as world, ThreadPoolExecutor(4) as pool:

        def write(listener: Listener) -> None:
            said = {"to": sender, "body": "hi"}
            world.post(f"/api/phones/{listener.phone[1:]}/chat", json=said).raise_for_status()

        list(pool.map(write, [each for each in listeners if each.is_on_whatsapp]))


def _plan(config: Config, listeners: list[Listener], dice: random.Random) -> float:
    """Who is told what and when, so that each sender works at the share that is meant. Gives for how many seconds."""
    number = 0
    for listener in listeners:
        # News by text message is what nobody gets unless they ask for it.
        kind = dice.choice(KINDS if listener.is_on_whatsapp else KINDS[:-1])
        for _ in range(3 if dice.random() < WITH_THREE else 1):
            listener.sayings.append(Saying(number, kind, BEGINS_AT))
            number += 1
    on_whatsapp = sum(len(each.sayings) for each in listeners if each.is_on_whatsapp)
    lasts_s = max(
        on_whatsapp / (config.twilio_whatsapp_a_second * SHARE_MEANT),
        (number - on_whatsapp) / (config.twilio_sms_a_second * SHARE_MEANT),
    )
    for listener in listeners:
        first_at = DAY_BEGINS + timedelta(seconds=dice.random() * lasts_s)
        for place, saying in enumerate(listener.sayings):
            saying.due_at = first_at + place * BETWEEN
        if dice.random() < STOPPING:
            listener.stops_at = first_at + timedelta(seconds=dice.uniform(-20, 5))
    return lasts_s


def _queue(listeners: list[Listener]) -> None:
    """All of it, as deeds would: row by row, a few hundred in a transaction, by several processes."""
    sayings = [(listener, saying) for listener in listeners for saying in listener.sayings]
    community_id = current_community_id()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one; its threads would not survive a fork
    # By listener, for what one of them is told has an order.
    halves = [[each for each in sayings if int(each[0].phone[-2:]) % QUEUERS == half] for half in range(QUEUERS)]
    with multiprocessing.get_context("fork").Pool(QUEUERS) as pool:
        queued: dict[int, UUID] = {}
        for half in pool.imap_unordered(partial(_queue_these, community_id), halves):
            queued |= half
    for _, saying in sayings:
        saying.message_id = queued[saying.number]


def _queue_these(community_id: UUID, sayings: list[tuple[Listener, Saying]]) -> dict[int, UUID]:
    queued = {}
    with entered(community_id):
        for start in range(0, len(sayings), CHUNK):
            with transaction.atomic():
                for listener, saying in sayings[start : start + CHUNK]:
                    queued[saying.number] = send(
                        member_id=listener.member_id,
                        template="messaging/broadcast",
                        data={"subject_line": f"Note {saying.number}.", "words": f"This is number {saying.number}."},
                        dedupe_key=f"simulation:{saying.number}",
                        kind=saying.kind,
                        due_at=saying.due_at,
                    )
    return queued


@contextmanager
def _dispatching() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Dispatchers at work."""
    children = [_begun() for _ in range(DISPATCHERS)]
    try:
        yield children
    finally:
        for child in children:
            child.send_signal(SIGKILL)
            child.wait()


@contextmanager
def _killing(children: list[subprocess.Popen[bytes]], played: Played, dice: random.Random) -> Iterator[None]:
    """Now one of them, now the other is killed at whatever line it is, and begins anew."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(KILL_EVERY_S * (0.5 + dice.random())):
            place = dice.randrange(DISPATCHERS)
            children[place].send_signal(SIGKILL)
            children[place].wait()
            children[place] = _begun()
            played.kills += 1

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()


# A child that is to die with its parent dies with the thread that began it, so one thread begins them all.
_BEGINNER = ThreadPoolExecutor(1, thread_name_prefix="begins dispatchers")


def _begun() -> subprocess.Popen[bytes]:
    return _BEGINNER.submit(_dispatcher).result()


def _dispatcher() -> subprocess.Popen[bytes]:
    parent = os.getpid()
    return subprocess.Popen(
        [sys.executable, "-m", "pamoja.site.simulating.dispatcher", str(LEASE_S)],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: dies_with_us(parent, SIGKILL),  # noqa: PLW1509 - it only asks the kernel for a signal
    )


def _live(listeners: list[Listener], lasts_s: float) -> None:
    """Until the last of it is due. Those who stop do so in the middle of it."""
    stopping = sorted((each for each in listeners if each.stops_at), key=lambda each: each.stops_at or BEGINS_AT)
    until = DAY_BEGINS + timedelta(seconds=lasts_s)
    while clock.now() < until:
        while stopping and (stopping[0].stops_at or until) <= clock.now():
            listener = stopping.pop(0)
            with transaction.atomic():
                record_consent(address_id=listener.address_id, wants=False, wording="STOP", how="whatsapp")
            listener.stopped_at = clock.now()
        time.sleep(0.05)


def _settle() -> None:
    """Until nothing is due any more, or it takes too long."""
    until_s = time.monotonic() + SETTLE_S_MAX
    while time.monotonic() < until_s and _due():
        time.sleep(0.25)


def _due() -> bool:
    """Whether anything is due that does not wait, in its order, behind something that sleeps until the morning."""
    unfinished = Message.objects.filter(state__in=[each.value for each in UNFINISHED])
    soon = clock.now() + timedelta(minutes=10)
    asleep = unfinished.filter(next_attempt_at__gt=soon).values("recipient")
    return unfinished.filter(next_attempt_at__lte=soon).exclude(recipient__in=asleep).exists()


def _left() -> int:
    return Message.objects.filter(state__in=[each.value for each in UNFINISHED]).count()
