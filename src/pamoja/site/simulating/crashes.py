"""Kills the database under the ledger's feet while many pay, and compares what was promised with what is there."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, connections, transaction

from pamoja.foundation import clock, ids
from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.ledger.models import JournalEntry
from pamoja.kernel.ledger.public import (
    AccountId,
    Entry,
    HoldId,
    Posting,
    Transfer,
    balances,
    capture,
    hold,
    open_account,
    post,
    post_batch,
    release,
    trial_balance,
    verify,
)
from pamoja.site.postgres import EmbeddedPostgres, PostgresFailed

WALLETS, FILLED_MINOR, PAYERS, BATCH = 20, 1_000_000, 4, 40
WAIT_S = (0.15, 0.7)
PATIENCE_S = 60.0
Answer = TypeVar("Answer")


@dataclass
class Result:
    """What came of it. `found_posted`: answers that a kill cut off and the repeated request then brought."""

    kills: int = 0
    acknowledged: int = 0
    found_posted: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    unaccounted_minor: int = 0
    invariants_broken: list[str] = field(default_factory=list)
    slowest_recovery_s: float = 0.0

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.unaccounted_minor or self.invariants_broken)

    def figures(self) -> dict[str, Any]:
        """For programs."""
        return dataclasses.asdict(self) | {"holds": self.holds}


class Promises:
    """What the ledger has promised: which entry each key got, and where the money must be."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.entries: dict[str, int] = {}
        self.moved: Counter[AccountId] = Counter()
        self.found_posted = 0
        self.refused = 0

    def keep(self, key: str, answer: Entry | Refusal, *moves: tuple[AccountId, AccountId, int]) -> None:
        """An answer that somebody was given."""
        with self._lock:
            if isinstance(answer, Refusal):
                self.refused += 1
                return
            self.entries[key] = answer.number
            self.found_posted += answer.replayed
            for debit, credit, amount in moves:
                self.moved[debit] -= amount
                self.moved[credit] += amount


def play(server: EmbeddedPostgres, *, kills: int, seed: int, say: Callable[[str], None]) -> Result:
    """Pay, kill, recover, as often as asked; then count everything again."""
    # A pool waits longer after each failure, as it should; here each payer comes back at once.
    connections.settings["default"]["OPTIONS"].pop("pool", None)
    community = Community.objects.create(
        slug=f"crash-{seed}", name="Crash", currency="KES", country="KE", time_zone="Africa/Nairobi"
    )
    promises, over, result = Promises(), threading.Event(), Result()
    with entered(community.pk):
        rail, wallets = _staged(promises)
    deeds = [_pay] * PAYERS + [_pay_batch, _hold_and_capture]
    threads = [
        threading.Thread(
            target=_keep_on,
            args=(deed, community.pk, promises, over, random.Random(seed * 100 + place), rail, wallets),  # noqa: S311  # no secret: a seed to repeat by
        )
        for place, deed in enumerate(deeds)
    ]
    for thread in threads:
        thread.start()
    chance = random.Random(seed)  # noqa: S311  # no secret: a seed to repeat by
    for number in range(1, kills + 1):
        time.sleep(chance.uniform(*WAIT_S))
        began = time.monotonic()
        _kill(server)
        _start_again(server)
        result.slowest_recovery_s = round(max(result.slowest_recovery_s, time.monotonic() - began), 2)
        result.kills = number
        if number % 5 == 0 or number == kills:
            say(f"{number} kills, {len(promises.entries)} entries acknowledged")
    over.set()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "somebody still waits for an answer"
    connection.close()  # this thread's own is of a server long dead
    with entered(community.pk):
        _count(promises, [rail, *wallets], result)
    return result


def _staged(promises: Promises) -> tuple[AccountId, list[AccountId]]:
    with transaction.atomic():
        rail = open_account(owner="rail:mpesa", purpose="clearing", currency="KES", floor_minor=None)
        wallets = [
            open_account(owner=f"member:{number}", purpose="wallet", currency="KES", floor_minor=0)
            for number in range(WALLETS)
        ]
    for place, wallet in enumerate(wallets):
        with transaction.atomic():
            transfers = [Transfer(rail, wallet, Money(FILLED_MINOR, "KES"))]
            answer = post(key=f"fill {place}", transfers=transfers, description="filled")
        promises.keep(f"fill {place}", answer, (rail, wallet, FILLED_MINOR))
    return rail, wallets


def _keep_on(
    deed: Callable[..., None], community_id: UUID, promises: Promises, over: threading.Event, *rest: Any
) -> None:
    while not over.is_set():
        deed(community_id, promises, *rest)
    connection.close()


def _answered(community_id: UUID, ask: Callable[[], Answer]) -> Answer | Refusal:
    """Ask until an answer comes. A dead database answers nothing; the same key makes asking again safe."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            with entered(community_id), transaction.atomic(durable=True):
                try:
                    return ask()
                except Refusal as refused:
                    return refused
        except (OperationalError, InterfaceError):
            if time.monotonic() > give_up_at:
                raise
            with contextlib.suppress(OperationalError, InterfaceError):
                connection.close()
            time.sleep(0.02)


def _pay(community_id: UUID, promises: Promises, rng: random.Random, rail: AccountId, wallets: list[AccountId]) -> None:
    debit, credit = rng.sample([rail, *wallets], 2)
    key, amount = str(ids.new_id()), rng.randint(1, 500)
    transfers = [Transfer(debit, credit, Money(amount, "KES"))]
    answer = _answered(community_id, lambda: post(key=key, transfers=transfers, description="paid"))
    promises.keep(key, answer, (debit, credit, amount))


def _pay_batch(
    community_id: UUID, promises: Promises, rng: random.Random, rail: AccountId, wallets: list[AccountId]
) -> None:
    moves = []
    for _ in range(BATCH):
        debit, credit = rng.sample([rail, *wallets], 2)
        moves.append((debit, credit, rng.randint(1, 500)))
    postings = [
        Posting(key=str(ids.new_id()), transfers=[Transfer(debit, credit, Money(amount, "KES"))], description="batch")
        for debit, credit, amount in moves
    ]
    answers = _answered(community_id, lambda: post_batch(postings))
    assert isinstance(answers, list)
    for posting, answer, (debit, credit, amount) in zip(postings, answers, moves, strict=True):
        promises.keep(posting.key, answer, (debit, credit, amount))


def _hold_and_capture(
    community_id: UUID, promises: Promises, rng: random.Random, rail: AccountId, wallets: list[AccountId]
) -> None:
    wallet, amount, key = rng.choice(wallets), rng.randint(2, 500), str(ids.new_id())
    expires_at = clock.now() + timedelta(hours=1)
    held = _answered(
        community_id,
        lambda: hold(
            key=f"{key} hold", account=wallet, amount=Money(amount, "KES"), expires_at=expires_at, description=""
        ),
    )
    if isinstance(held, Refusal):
        return
    part, hold_id = amount // 2, HoldId(held)
    answer = _answered(
        community_id,
        lambda: capture(key=f"{key} capture", hold_id=hold_id, credit=rail, amount=Money(part, "KES")),
    )
    promises.keep(f"{key} capture", answer, (wallet, rail, part))
    promises.keep(f"{key} release", _answered(community_id, lambda: release(key=f"{key} release", hold_id=hold_id)))


def _kill(server: EmbeddedPostgres) -> None:
    """The server and every one of its processes, without a word."""
    assert server.process
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    processes = [pid, *(int(each) for each in (children.read_text().split() if children.exists() else []))]
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    server.process.wait()


def _start_again(server: EmbeddedPostgres) -> None:
    """As the supervisor does: a process that was just being born may hold the shared memory a moment longer."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            server.launch()
            server.wait()
        except PostgresFailed:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
        else:
            return


def _count(promises: Promises, accounts: list[AccountId], result: Result) -> None:
    there = Counter(JournalEntry.objects.exclude(key=None).values_list("key", flat=True))
    numbers = dict(JournalEntry.objects.exclude(kind="refused").values_list("key", "number"))
    result.acknowledged = len(promises.entries)
    result.found_posted = promises.found_posted
    result.refused = promises.refused
    result.lost = sum(numbers.get(key) != number for key, number in promises.entries.items())
    result.doubled = sum(count - 1 for count in there.values())
    now = balances(accounts)
    result.unaccounted_minor = sum(
        abs(now[account].posted.amount_minor - promises.moved[account]) + now[account].held.amount_minor
        for account in accounts
    )
    result.invariants_broken = [finding.invariant.name for finding in verify()]
    if not trial_balance().balances:
        result.invariants_broken.append("trial balance")
