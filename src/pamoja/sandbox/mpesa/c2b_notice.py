"""Writes what a paybill's owner is told of a payment: the validation before the money moves, the confirmation after."""

from datetime import datetime
from typing import Any

from pamoja.sandbox.callbacks import STRANGER
from pamoja.sandbox.clock import NAIROBI, from_seconds
from pamoja.sandbox.delivery import post
from pamoja.sandbox.faults import CALLBACK
from pamoja.sandbox.mpesa.identifiers import new_receipt
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World


def confirm(world: World, receipt: str, due_at: datetime, *, third_party_id: str = "") -> None:
    """Plans the confirmation of a payment that moved, if the shortcode has registered an address for it."""
    movement = world.store.the("SELECT * FROM movement WHERE receipt = ?", receipt)
    url = world.store.value("SELECT confirmation_url FROM organisation WHERE shortcode = ?", movement["shortcode"])
    if not url:
        return
    body = notice(world, movement, balance=f"{movement['shortcode_balance_kes']}.00", third_party_id=third_party_id)
    planned = world.faults.strike(CALLBACK, scope="c2b", subject=movement["msisdn"])
    if "forged_unknown" in planned:
        lie = body | {"TransID": new_receipt(due_at)}
        world.callbacks.send(url=url, body=lie, about="fault: forged_unknown", scope="c2b", at=due_at, source=STRANGER)
    post(world, url, body, planned, due_at, scope="c2b", about="payment by menu: confirmation")


def notice(
    world: World, payment: Row | dict[str, Any], *, balance: str = "", third_party_id: str = ""
) -> dict[str, Any]:
    """The JSON of both notices. `balance` is blank before the money has moved; the number is masked."""
    first, _, last = subscriber(world, payment["msisdn"])["name"].partition(" ")
    msisdn = payment["msisdn"]
    return {
        "TransactionType": "Pay Bill",
        "TransID": payment["receipt"],
        "TransTime": f"{from_seconds(payment['at']).astimezone(NAIROBI):%Y%m%d%H%M%S}",
        "TransAmount": f"{payment['amount_kes']}.00",
        "BusinessShortCode": payment["shortcode"],
        "BillRefNumber": payment["reference"],
        "InvoiceNumber": "",
        "OrgAccountBalance": balance,
        "ThirdPartyTransID": third_party_id,
        "MSISDN": f"{msisdn[:4]}*****{msisdn[-3:]}",
        "FirstName": first,
        "MiddleName": "",
        "LastName": last,
    }
