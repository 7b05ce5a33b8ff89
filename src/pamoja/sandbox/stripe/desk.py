"""The desk at which one deed is done: the objects of one account at one moment, and what is told about them.

Whoever asks a desk for the same object twice gets the same dictionary; `save` writes it down.
"""

import json
import random
import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pamoja.sandbox.clock import from_seconds
from pamoja.sandbox.stripe import events
from pamoja.sandbox.stripe.errors import missing
from pamoja.sandbox.stripe.objects import PREFIXES, WORDS, Object
from pamoja.sandbox.stripe.params import Parameters
from pamoja.sandbox.world import World

_LETTERS = string.digits + string.ascii_letters
_LENGTH, _DICE = 24, 20


@dataclass
class Desk:
    """`account` is the connected account acted on, '' the platform; `request` goes into the events."""

    world: World
    at: datetime
    account: str = ""
    request: dict[str, str | None] = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    test_clock: str | None = None
    told: list[str] = field(default_factory=list)
    _seen: dict[str, Object] = field(default_factory=dict)

    @property
    def now_s(self) -> int:
        return int(self.at.timestamp())

    def for_account(self, account: str) -> "Desk":
        """The same deed, seen from another account."""
        return Desk(self.world, self.at, account, self.request, self.test_clock, self.told, self._seen)

    def new_id(self, prefix: str, length: int = _LENGTH) -> str:
        """Repeatable: the same seed and the same order of deeds make the same ids."""
        number = self.world.store.the(
            """INSERT INTO stripe_counter (name, value) VALUES ('ids', 1)
               ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"""
        )["value"]
        dice = random.Random(f"{self.world.faults.seed}:{prefix}:{number}")  # noqa: S311 - repeatable on purpose
        return f"{prefix}_{number:04x}{''.join(dice.choices(_LETTERS, k=length - 4))}"

    def add(self, kind: str, *, as_id: str = "", **fields: Any) -> Object:
        """A new object, written down; `as_id` is its id where that is not Stripe's to choose."""
        number = as_id or self.new_id(PREFIXES[kind])
        thing: Object = {"id": number, "object": kind, "created": self.now_s, "livemode": False, **fields}
        self.world.store.insert(
            "stripe_object", id=number, kind=kind, account=self.account, created=self.now_s, body=json.dumps(thing)
        )
        self._seen[number] = thing
        return thing

    def save(self, thing: Object) -> Object:
        self.world.store.run("UPDATE stripe_object SET body = ? WHERE id = ?", json.dumps(thing), thing["id"])
        return thing

    def remove(self, thing: Object) -> Object:
        """Leaves of the object that it was deleted."""
        stone = {"id": thing["id"], "object": thing["object"], "deleted": True}
        sql = "UPDATE stripe_object SET is_deleted = 1, body = ? WHERE id = ?"
        self.world.store.run(sql, json.dumps(stone), thing["id"])
        self._seen.pop(thing["id"], None)
        return stone

    def find(self, kind: str, number: str | None) -> Object | None:
        """The object with this id in this account, or None; a deleted one is there with `deleted`."""
        if number is None:
            return None
        if number not in self._seen:
            sql = "SELECT body FROM stripe_object WHERE id = ? AND kind = ? AND account = ?"
            row = self.world.store.one(sql, number, kind, self.account)
            if row is None:
                return None
            self._seen[number] = json.loads(row["body"])
        found = self._seen[number]
        return found if found["object"] == kind else None

    def get(self, kind: str, number: str, *, param: str = "id") -> Object:
        """Raises: StripeError resource_missing, also for a deleted one unless `param` is id."""
        found = self.find(kind, number)
        if found is None or (param != "id" and found.get("deleted")):
            raise missing(WORDS.get(kind, kind), number, param=param)
        return found

    def living(self, kind: str, number: str) -> Object:
        """As `get`, of what was not deleted."""
        found = self.get(kind, number)
        if found.get("deleted"):
            raise missing(WORDS.get(kind, kind), number)
        return found

    def all(self, kind: str, **equal: Any) -> list[Object]:
        """Every living object of a kind whose fields have these values, oldest first."""
        wanted = "".join(f" AND json_extract(body, '$.{name}') = ?" for name in equal)
        living = "SELECT id, body FROM stripe_object WHERE kind = ? AND account = ? AND NOT is_deleted"
        sql = f"{living}{wanted} ORDER BY seq"
        rows = self.world.store.all(sql, kind, self.account, *equal.values())
        return [self._seen.setdefault(row["id"], json.loads(row["body"])) for row in rows]

    def tell(self, kind: str, thing: Object, *, previous: Object | None = None) -> None:
        """Writes an event and plans its webhooks."""
        events.record(self, kind, thing, previous)

    def later(self, kind: str, after: timedelta, **payload: Any) -> None:
        """Lets `kind` happen `after` this moment, by the test clock where there is one."""
        self.on(kind, self.at + after, **payload)

    def on(self, kind: str, when: datetime, **payload: Any) -> None:
        payload |= {"account": self.account}
        if self.test_clock is None:
            self.world.agenda.add(kind, when, **payload)
        else:
            self.world.store.insert(
                "stripe_due",
                test_clock=self.test_clock,
                due_at=when.timestamp(),
                kind=kind,
                payload=json.dumps(payload),
            )

    def follow(self, test_clock: str | None) -> None:
        """Goes by the time of `test_clock` from here on. Raises: StripeError when there is none such."""
        if test_clock:
            clock = self.get("test_helpers.test_clock", test_clock, param="test_clock")
            self.test_clock, self.at = test_clock, from_seconds(clock["frozen_time"])


def follow_customer(desk: Desk, customer: str | None) -> None:
    """Goes by the test clock of this customer, if it has one."""
    found = desk.find("customer", customer)
    if found and found.get("test_clock"):
        desk.follow(found["test_clock"])


def customer_of(desk: Desk, params: Parameters, name: str = "customer") -> Object | None:
    """The customer named in the parameters. Raises: StripeError."""
    given = params.text(name)
    return desk.get("customer", given, param=name) if given else None


def numbered(number: str) -> int:
    """Which of all ids this one was: its hexadecimal beginning."""
    return int(number.rpartition("_")[2][:-_DICE], 16)
