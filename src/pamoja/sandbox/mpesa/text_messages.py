"""Writes the text messages a phone receives when money moved, in M-PESA's manner."""

from pamoja.sandbox.clock import NAIROBI, from_seconds
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

SENDER = "MPESA"


def tell_about(world: World, movement: Row) -> None:
    """Sends the phone its receipt."""
    name = world.store.value("SELECT name FROM organisation WHERE shortcode = ?", movement["shortcode"])
    send(world, movement["msisdn"], SENDER, _receipt_text(movement, name), movement["at"])


def send(world: World, msisdn: str, sender: str, body: str, at_s: float) -> None:
    world.store.insert("text_message", msisdn=msisdn, sender=sender, body=body, at=at_s)
    world.live.publish(f"phone:{msisdn}")


def _receipt_text(movement: Row, name: str) -> str:
    amount, balance = f"Ksh{movement['amount_kes']:,}.00", f"Ksh{movement['subscriber_balance_kes']:,}.00"
    moment = from_seconds(movement["at"]).astimezone(NAIROBI)
    when = f"on {moment.day}/{moment.month}/{moment:%y} at {moment.hour % 12 or 12}:{moment:%M %p}"
    new_balance = f"New M-PESA balance is {balance}."
    opening = f"{movement['receipt']} Confirmed."
    if movement["kind"] == "reversal":
        what = f"Transaction {movement['reverses']} has been reversed {when} and {amount} credited to your account."
        return f"{opening} {what} {new_balance}"
    if movement["direction"] == "out":
        return f"{opening} You have received {amount} from {name} {when}. {new_balance}"
    what = f"{amount} sent to {name} for account {movement['reference']} {when}."
    return f"{opening} {what} {new_balance} Transaction cost, Ksh0.00."
