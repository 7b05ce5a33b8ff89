"""Charges a method for an intent: asks the bank, writes the charge, books it, and lets its consequences come."""

import json
from datetime import timedelta
from typing import Any

from pamoja.sandbox.stripe import balance, cards, transfers
from pamoja.sandbox.stripe.bank_accounts import DELAY_LEAST_S, account_of
from pamoja.sandbox.stripe.cards import Card, Decline, Verdict
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.events import subject_of
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.payment_methods import card_of

RISK = {"normal": 24, "elevated": 71, "highest": 92}
AFTERMATH = timedelta(seconds=1)
AUTHORIZED_FOR = timedelta(days=7)
SELLER = {
    "approved": "Payment complete.",
    "declined": "The bank returned the decline code `{code}`.",
    "blocked": "Stripe blocked this payment as too risky.",
}


def bank_says(desk: Desk, intent: Object, method: Object, *, off_session: bool, is_authenticated: bool) -> Verdict:
    """The bank's verdict on a card, or a fault's in its place."""
    options = (intent.get("payment_method_options") or {}).get("card") or {}
    verdict = cards.verdict_on_charge(
        card_of(method),
        off_session=off_session,
        is_set_up=bool(method.get("_is_set_up")),
        is_authenticated=is_authenticated,
        asks_3ds=options.get("request_three_d_secure") in ("any", "challenge"),
    )
    return cards.DECLINES["generic_decline"] if verdict == "approved" and _in_a_burst(desk, intent) else verdict


def _in_a_burst(desk: Desk, intent: Object) -> bool:
    """Whether this good charge is declined by the fault `decline_burst`, which goes on for a while once it struck."""
    store = desk.world.store
    left: int = store.setting("stripe.burst", 0)
    if not left:
        struck = desk.world.faults.strikes("decline_burst", scope="stripe", subject=subject_of(desk, intent))
        left = struck["times"] if struck else 0
    if left:
        store.keep_setting("stripe.burst", left - 1)
    return left > 0


def add_charge(desk: Desk, intent: Object, method: Object, *, status: str, decline: Decline | None = None) -> Object:
    """A charge of the whole intent; not captured and not booked yet."""
    kind = method["type"]
    number = "" if kind == "card" else desk.new_id("py")
    charge = desk.add(
        "charge",
        as_id=number,
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=intent["application_fee_amount"],
        balance_transaction=None,
        billing_details=method["billing_details"],
        calculated_statement_descriptor=intent["statement_descriptor"] or "PAMOJA",
        captured=False,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_balance_transaction=None,
        failure_code=decline.code if decline else None,
        failure_message=decline.message if decline else None,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        on_behalf_of=intent["on_behalf_of"],
        outcome=_outcome(method, decline),
        paid=decline is None,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(desk, intent, method),
        radar_options={},
        receipt_email=intent["receipt_email"],
        receipt_number=None,
        refunded=False,
        review=None,
        shipping=intent["shipping"],
        source_transfer=None,
        statement_descriptor=intent["statement_descriptor"],
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        status=status,
        transfer_data=intent["transfer_data"],
        transfer_group=intent["transfer_group"],
    )
    charge["receipt_url"] = f"{origin(desk)}/receipts/{charge['id']}"
    intent["latest_charge"] = charge["id"]
    return desk.save(charge)


def origin(desk: Desk) -> str:
    """Where our own pages are found."""
    return str(desk.world.store.setting("stripe.origin", "http://127.0.0.1:9100/stripe"))


def _outcome(method: Object, decline: Decline | None) -> Object:
    card = card_of(method) if method["type"] == "card" else Card("", risk="not_assessed")
    is_blocked = decline is not None and decline.decline_code == "fraudulent"
    kind = "blocked" if is_blocked else "declined" if decline else "approved"
    return {
        "advice_code": decline.advice if decline else None,
        "network_advice_code": None,
        "network_decline_code": decline.network if decline else None,
        "network_status": {"approved": "approved_by_network", "declined": "declined_by_network"}.get(
            kind, "not_sent_to_network"
        ),
        "reason": None if decline is None else "highest_risk_level" if is_blocked else decline.decline_code,
        "risk_level": card.risk,
        "risk_score": RISK.get(card.risk),
        "seller_message": SELLER["declined" if decline and not is_blocked else kind].format(
            code=decline.decline_code if decline else ""
        ),
        "type": "authorized" if kind == "approved" else "blocked" if is_blocked else "issuer_declined",
    }


def _details(desk: Desk, intent: Object, method: Object) -> Object:
    kind = method["type"]
    shape: Object = json.loads(json.dumps(method[kind]))
    shape["mandate"] = method.get("_mandate")
    if kind == "card":
        for name in ("display_brand", "generated_from", "three_d_secure_usage", "networks"):
            shape.pop(name, None)
        card = card_of(method)
        shape["checks"] |= {"cvc_check": card.cvc}
        shape |= {
            "amount_authorized": intent["amount"],
            "authorization_code": f"{desk.now_s % 10**6:06d}",
            "capture_before": None,
            "installments": None,
            "network": card.brand,
            "network_token": {"used": False},
            "network_transaction_id": str(desk.now_s),
            "three_d_secure": _three_d(intent),
        }
        if intent["capture_method"] == "manual":
            shape["capture_before"] = int((desk.at + AUTHORIZED_FOR).timestamp())
    return {"type": kind, kind: shape}


def _three_d(intent: Object) -> Object | None:
    if not intent.get("_is_authenticated"):
        return None
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "version": "2.2.0",
    }


def capture(desk: Desk, intent: Object, charge: Object, amount: int) -> None:
    """Takes the money of an authorized charge and books it. Units: minor."""
    kind = charge["payment_method_details"]["type"]
    then = _then(desk, charge)
    line = balance.book(
        desk,
        "charge" if kind == "card" else "payment",
        amount,
        charge["currency"],
        charge["id"],
        fee=balance.fee_on(amount, charge["currency"], kind),
        at_once=then == "available" or bool(desk.world.preferences.stripe_funds_at_once),
        description=charge["description"],
    )
    charge |= {"captured": True, "amount_captured": amount, "balance_transaction": line["id"], "status": "succeeded"}
    charge["paid"] = True
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    desk.save(charge)
    if charge["transfer_data"]:
        transfers.follow_charge(desk, intent, charge, amount)
    _aftermath(desk, charge, then)


def _then(desk: Desk, charge: Object) -> str:
    method = desk.find("payment_method", charge["payment_method"])
    if method is None:
        return ""
    if method["type"] != "card":
        return "dispute:debit_not_authorized" if account_of(method).is_disputed else ""
    return card_of(method).then


def _aftermath(desk: Desk, charge: Object, then: str) -> None:
    """What some cards' holders do as soon as they were charged."""
    what, _, reason = then.partition(":")
    if what in ("dispute", "inquiry", "warning"):
        desk.later("stripe.aftermath", AFTERMATH, charge=charge["id"], what=what, reason=reason)


def debit(desk: Desk, intent: Object, method: Object) -> None:
    """Sends a bank debit on its way; the outcome comes days later."""
    charge = add_charge(desk, intent, method, status="pending")
    charge["paid"] = False
    desk.save(charge)
    intent["status"] = "processing"
    account, wait_s = account_of(method), desk.world.preferences.bank_debit_s
    if account.is_delayed:
        wait_s = max(wait_s, DELAY_LEAST_S)
    desk.tell("charge.pending", charge)
    desk.later("stripe.debit_ends", timedelta(seconds=wait_s), intent=intent["id"], charge=charge["id"])


def debit_failed(desk: Desk, charge: Object, code: str) -> Object:
    """Writes a failed debit; returns the error that the intent shows."""
    message = FAILURES.get(code, "The bank could not process the debit.")
    charge |= {"status": "failed", "paid": False, "failure_code": code, "failure_message": message}
    desk.save(charge)
    desk.tell("charge.failed", charge)
    return {"type": "invalid_request_error", "code": code, "message": message}


FAILURES: dict[str, Any] = {
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
    "account_closed": "The customer's bank account has been closed.",
    "no_account": "The customer's bank account could not be located.",
    "charge_exceeds_source_limit": "This payment would exceed the weekly limit for the customer's account.",
    "charge_exceeds_transaction_limit": "This payment exceeds the limit of a single transaction.",
}
