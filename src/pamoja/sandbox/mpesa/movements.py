"""Moves money between a subscriber and a shortcode: the only place that does, and the truth of the statement."""

from datetime import datetime, timedelta
from typing import Literal

from pamoja.sandbox.clock import NAIROBI
from pamoja.sandbox.mpesa.identifiers import new_receipt
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.mpesa.text_messages import tell_about
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

Kind = Literal["stk", "b2c", "c2b", "reversal"]
Direction = Literal["in", "out"]


class Refused(Exception):
    """Money cannot move; `code` is M-PESA's result code for the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def move(
    world: World,
    *,
    kind: Kind,
    direction: Direction,
    shortcode: str,
    msisdn: str,
    amount_kes: int,
    reference: str,
    operation: str,
    at: datetime,
    originator: str = "",
    reverses: str | None = None,
    receipt: str = "",
) -> Row:
    """Moves `amount_kes` into the shortcode or out of it, with a receipt and a text message.

    Raises: Refused with 1 (payer is short), 3 (above the maximum), 4 (above the day's), 8 (payee holds too much).
    """
    store, sign = world.store, 1 if direction == "in" else -1
    person = subscriber(world, msisdn)
    organisation_kes = store.value("SELECT balance_kes FROM organisation WHERE shortcode = ?", shortcode)
    if kind != "reversal":
        _keep_to_limits(world, person, direction, amount_kes, at)
    if (person["balance_kes"] if direction == "in" else organisation_kes) < amount_kes:
        raise Refused("1")
    with store.transaction():
        store.run("UPDATE subscriber SET balance_kes = balance_kes - ? WHERE msisdn = ?", sign * amount_kes, msisdn)
        store.run(
            "UPDATE organisation SET balance_kes = balance_kes + ? WHERE shortcode = ?", sign * amount_kes, shortcode
        )
        number = store.insert(
            "movement",
            receipt=receipt or new_receipt(at),
            kind=kind,
            direction=direction,
            shortcode=shortcode,
            msisdn=msisdn,
            amount_kes=amount_kes,
            reference=reference,
            operation=operation,
            originator=originator,
            reverses=reverses,
            shortcode_balance_kes=organisation_kes + sign * amount_kes,
            subscriber_balance_kes=person["balance_kes"] - sign * amount_kes,
            at=at.timestamp(),
        )
        return _told(world, store.the("SELECT * FROM movement WHERE id = ?", number))


def _told(world: World, movement: Row) -> Row:
    """Lets the phone and the console know."""
    tell_about(world, movement)
    world.live.publish(f"phone:{movement['msisdn']}")
    world.live.publish("statement")
    return movement


def by_receipt(world: World, receipt: str) -> Row | None:
    return world.store.one("SELECT * FROM movement WHERE receipt = ?", receipt)


def _keep_to_limits(world: World, person: Row, direction: Direction, amount_kes: int, at: datetime) -> None:
    limits = world.preferences
    if limits.transaction_most_kes and amount_kes > limits.transaction_most_kes:
        raise Refused("3")
    if (
        direction == "in"
        and limits.daily_most_kes
        and _spent_today(world, person["msisdn"], at) + amount_kes > limits.daily_most_kes
    ):
        raise Refused("4")
    if direction == "out" and limits.balance_most_kes and person["balance_kes"] + amount_kes > limits.balance_most_kes:
        raise Refused("8")


def _spent_today(world: World, msisdn: str, at: datetime) -> int:
    midnight = at.astimezone(NAIROBI).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(
        world.store.value(
            """SELECT coalesce(sum(amount_kes), 0) FROM movement
               WHERE msisdn = ? AND at >= ? AND at < ? AND direction = 'in'""",
            msisdn,
            midnight.timestamp(),
            (midnight + timedelta(days=1)).timestamp(),
        )
    )
