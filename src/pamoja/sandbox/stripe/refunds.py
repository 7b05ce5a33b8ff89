"""Refunds: money given back, once and never more than was taken; some fail later."""

from datetime import timedelta
from typing import Any

from pamoja.sandbox.stripe import balance, transfers
from pamoja.sandbox.stripe.call import INCLUDED, Call, as_list
from pamoja.sandbox.stripe.cards import by_number
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import names
from pamoja.sandbox.world import World

FIELDS = names(
    "payment_intent charge amount reason refund_application_fee reverse_transfer metadata currency customer "
    "instructions_email origin"
)
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
FAILS_AFTER = timedelta(hours=1)


def create(call: Call) -> Object:
    """`POST /v1/refunds`."""
    params = call.params
    params.only(FIELDS)
    charge = _charge(call)
    if charge["refunded"]:
        raise unfit(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise unfit(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.whole("amount", left, least=1) or 0
    if amount > left:
        raise unfit(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
            code="amount_too_large",
            param="amount",
        )
    reason = params.choice("reason", REASONS)
    refund = give_back(call, charge, amount, reason, params.metadata())
    if params.flag("reverse_transfer"):
        transfers.reverse_for(call, charge, amount)
    return refund


def _charge(call: Call) -> Object:
    params = call.params
    if given := params.text("charge"):
        charge = call.get("charge", given, param="charge")
    else:
        intent = call.get("payment_intent", params.needed("payment_intent"), param="payment_intent")
        if intent["status"] != "succeeded":
            raise unfit(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        charge = call.get("charge", intent["latest_charge"])
    if not charge["captured"] or charge["status"] != "succeeded":
        raise unfit("This charge has not been captured: cancel its PaymentIntent instead.", param="charge")
    return charge


def give_back(desk: Desk, charge: Object, amount: int, reason: str | None, metadata: dict[str, str]) -> Object:
    """Books the refund. Units: minor."""
    kind = charge["payment_method_details"]["type"]
    details: Object = {"type": kind, kind: {}}
    if kind == "card":
        details["card"] = {
            "reference": str(desk.now_s),
            "reference_status": "available",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        }
    refund = desk.add(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details=details,
        metadata=metadata,
        payment_intent=charge["payment_intent"],
        reason=reason,
        receipt_number=None,
        source_transfer_reversal=None,
        status="succeeded" if kind == "card" else "pending",
        transfer_reversal=None,
    )
    name = "refund" if kind == "card" else "payment_refund"
    line = balance.book(desk, name, -amount, charge["currency"], refund["id"])
    refund["balance_transaction"] = line["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    desk.save(refund)
    desk.save(charge)
    desk.tell("refund.created", refund)
    desk.tell("charge.refunded", charge)
    if kind != "card" or _fails_later(desk, charge):
        desk.later("stripe.refund_ends", FAILS_AFTER, refund=refund["id"])
    return refund


def _fails_later(desk: Desk, charge: Object) -> bool:
    method = desk.find("payment_method", charge["payment_method"])
    card = by_number(method["_number"]) if method and method["type"] == "card" else None
    return card is not None and card.then == "refund_fails"


def end(desk: Desk, refund: Object, *, has_failed: bool) -> None:
    """The bank took a refund, or sent it back."""
    if refund["status"] not in ("pending", "succeeded"):
        return
    before = refund["status"]
    if not has_failed:
        refund["status"] = "succeeded"
        desk.save(refund)
        desk.tell("refund.updated", refund, previous={"status": before})
        return
    charge = desk.get("charge", refund["charge"])
    line = balance.book(desk, "refund_failure", refund["amount"], refund["currency"], refund["id"])
    refund |= {
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": line["id"],
    }
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    desk.save(refund)
    desk.save(charge)
    desk.tell("refund.updated", refund, previous={"status": before})
    desk.tell("charge.refund.updated", refund, previous={"status": before})
    desk.tell("refund.failed", refund)


def update(call: Call) -> Object:
    """`POST /v1/refunds/{id}`: its metadata."""
    call.params.only(("metadata",))
    refund = call.get("refund", call.path["id"])
    before = refund["metadata"]
    refund["metadata"] = call.params.metadata(before)
    call.save(refund)
    call.tell("refund.updated", refund, previous={"metadata": before})
    return refund


def cancel(call: Call) -> Object:
    """`POST /v1/refunds/{id}/cancel`."""
    refund = call.get("refund", call.path["id"])
    raise StripeError(400, f"Refund {refund['id']} cannot be canceled.", is_kept=True)


def listing(call: Call) -> Object:
    return call.listed("refund", "charge", "payment_intent")


def of_charge(desk: Desk, charge: Object) -> Object:
    found = desk.all("refund", charge=charge["id"])[::-1]
    return as_list(f"/v1/charges/{charge['id']}/refunds", found)


INCLUDED["charge", "refunds"] = of_charge


def join(world: World) -> None:
    """Lets refunds end when they are due."""

    def ends(desk: Desk, payload: dict[str, Any]) -> None:
        refund = desk.get("refund", payload["refund"])
        charge = desk.get("charge", refund["charge"])
        end(desk, refund, has_failed=_fails_later(desk, charge))

    happens(world, "stripe.refund_ends", ends)
