"""Puts the parts of the outside world together and starts and stops them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.requests import HTTPConnection

from pamoja.sandbox.agenda import Agenda
from pamoja.sandbox.callbacks import Callbacks
from pamoja.sandbox.clock import Clock
from pamoja.sandbox.faults import Faults
from pamoja.sandbox.live import Live
from pamoja.sandbox.mailbox import Mailbox
from pamoja.sandbox.preferences import Preferences, keep_preferences, kept_preferences
from pamoja.sandbox.request_log import RequestLog
from pamoja.sandbox.store import Store


@dataclass(frozen=True)
class Options:
    """What is decided when the sandbox starts."""

    data: Path
    smtp_port: int | None = None
    host: str = "127.0.0.1"
    callback_hosts: tuple[str, ...] = ()
    url: str = "http://127.0.0.1:9100"  # where this world is found, for addresses it hands out


@dataclass
class World:
    """Everything there is, within reach of every door."""

    options: Options
    store: Store
    clock: Clock
    agenda: Agenda
    callbacks: Callbacks
    faults: Faults
    log: RequestLog
    live: Live
    mailbox: Mailbox
    preferences: Preferences
    errands: set[asyncio.Task[Any]] = field(default_factory=set)
    gates: dict[str, Any] = field(default_factory=dict)
    """What a provider keeps in memory about the requests that come to it."""

    def start(self, errand: Coroutine[Any, Any, Any]) -> None:
        """Lets `errand` run beside everything else."""
        task = asyncio.get_running_loop().create_task(errand)
        self.errands.add(task)
        task.add_done_callback(self.errands.discard)

    def prefer(self, wishes: dict[str, Any]) -> None:
        """Changes preferences. Raises: BadInput, and then nothing has changed."""
        self.preferences = self.preferences.changed(wishes)
        self.log.kept = self.preferences.requests_kept
        keep_preferences(self.store, self.preferences)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is due, no callback is on its way and no errand is being run."""
        return not (self.agenda.is_due() or self.callbacks.under_way or self.errands)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Lets time pass and letters arrive until the block ends."""
        self.callbacks.resume()
        turning = asyncio.get_running_loop().create_task(self.agenda.run())
        async with self.mailbox.listening(self.options.host, self.options.smtp_port):
            try:
                yield
            finally:
                self.live.close()
                turning.cancel()
                await asyncio.gather(turning, return_exceptions=True)
                await self.callbacks.close()
        self.store.close()


def build(options: Options) -> World:
    store = Store(options.data / "sandbox.sqlite3")
    clock, live = Clock(store), Live()
    preferences = kept_preferences(store)
    agenda = Agenda(store, clock)
    log = RequestLog(store, clock, live, preferences.requests_kept)
    callbacks = Callbacks(store, clock, agenda, log, lambda: world.preferences)
    world = World(
        options, store, clock, agenda, callbacks, Faults(store), log, live, Mailbox(store, clock, live), preferences
    )
    return world


def world_of(connection: HTTPConnection) -> World:
    world: World = connection.app.state.world
    return world
