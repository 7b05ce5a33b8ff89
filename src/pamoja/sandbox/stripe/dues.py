"""Lets planned things happen at Stripe: by the sandbox's clock, or by the test clock of the objects concerned."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pamoja.sandbox.clock import from_seconds
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.world import World

Happening = Callable[[Desk, dict[str, Any]], None]
_HAPPENINGS: dict[str, Happening] = {}


def happens(world: World, kind: str, happening: Happening) -> None:
    """`happening` is what takes place when a planned `kind` is due."""
    _HAPPENINGS[kind] = happening

    def effect(at: datetime, payload: dict[str, Any]) -> None:
        happening(Desk(world, at, payload["account"]), payload)
        world.live.publish("stripe")

    world.agenda.on(kind, effect)


def run_test_clock(world: World, account: str, clock: str, until_s: int) -> None:
    """Lets everything due by a test clock happen, in order, each at its own moment."""
    while True:
        row = world.store.one(
            "SELECT * FROM stripe_due WHERE test_clock = ? AND due_at <= ? ORDER BY due_at, id LIMIT 1", clock, until_s
        )
        if row is None:
            return
        world.store.run("DELETE FROM stripe_due WHERE id = ?", row["id"])
        desk = Desk(world, from_seconds(row["due_at"]), account, test_clock=clock)
        _HAPPENINGS[row["kind"]](desk, json.loads(row["payload"]))
