"""Disputes: a cardholder takes a payment back; evidence, a deadline, and an outcome."""

from datetime import timedelta
from typing import Any

from pamoja.sandbox.stripe import balance
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.errors import unfit
from pamoja.sandbox.stripe.objects import Object, changes
from pamoja.sandbox.stripe.params import names
from pamoja.sandbox.world import World

DUE_AFTER = timedelta(days=9)
DECIDED_AFTER = timedelta(minutes=1)
FEES = {"gbp": 2000, "eur": 2000, "usd": 1500}
EVIDENCE = names(
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file "
    "uncategorized_text"
)
REASONS = names(
    "fraudulent product_not_received duplicate subscription_canceled credit_not_processed general product_unacceptable "
    "unrecognized debit_not_authorized"
)
OPEN = ("needs_response", "warning_needs_response")
UNDECIDED = (*OPEN, "under_review", "warning_under_review")


def open_one(desk: Desk, charge: Object, reason: str, *, is_inquiry: bool = False) -> Object:
    """Takes amount and fee from the balance at once, except for an inquiry."""
    kind = charge["payment_method_details"]["type"]
    left = charge["amount_captured"] - charge["amount_refunded"]
    dispute = desk.add(
        "dispute",
        amount=left,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        enhanced_eligibility_types=[],
        evidence=dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
        evidence_details={
            "due_by": int((desk.at + DUE_AFTER).timestamp()) if kind == "card" else None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=is_inquiry,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={"type": kind, kind: _details(charge, kind, is_inquiry=is_inquiry)},
        reason=reason,
        status="warning_needs_response" if is_inquiry else "needs_response" if kind == "card" else "lost",
    )
    charge["disputed"] = not is_inquiry
    if not is_inquiry:
        _withdraw(desk, dispute)
    desk.save(dispute)
    desk.save(charge)
    desk.tell("charge.dispute.created", dispute)
    if not is_inquiry:
        desk.tell("charge.dispute.funds_withdrawn", dispute)
    if kind == "card":
        desk.later("stripe.dispute_due", DUE_AFTER, dispute=dispute["id"])
    else:
        desk.tell("charge.dispute.closed", dispute)
    return dispute


def _details(charge: Object, kind: str, *, is_inquiry: bool) -> Object:
    if kind != "card":
        return {}
    shape = charge["payment_method_details"]["card"]
    case = "inquiry" if is_inquiry else "chargeback"
    return {"brand": shape["brand"], "case_type": case, "network_reason_code": "10.4"}


def _withdraw(desk: Desk, dispute: Object) -> None:
    fee = FEES.get(dispute["currency"], 1500)
    reason = f"Chargeback withdrawal for {dispute['charge']}"
    line = balance.book(
        desk, "adjustment", -dispute["amount"], dispute["currency"], dispute["id"], fee=fee, description=reason
    )
    dispute["balance_transactions"].append(line)


def update(call: Call) -> Object:
    """`POST /v1/disputes/{id}`: evidence, and `submit`. `winning_evidence` wins, `losing_evidence` loses."""
    params, dispute = call.params, call.get("dispute", call.path["id"])
    params.only(("evidence", "submit", "metadata"))
    before = {"evidence": dict(dispute["evidence"]), "status": dispute["status"]}
    given = params.child("evidence")
    given.only((*EVIDENCE, "enhanced_evidence"))
    if given.given or params.flag("submit"):
        if dispute["status"] not in OPEN:
            raise unfit("This dispute is already closed or under review: evidence is no longer taken.")
        dispute["evidence"] |= {name: given.text(name) for name in given.given if name != "enhanced_evidence"}
        dispute["evidence_details"]["has_evidence"] = any(dispute["evidence"][name] for name in EVIDENCE)
    dispute["metadata"] = params.metadata(dispute["metadata"])
    if params.flag("submit", default=bool(given.given)):
        _submit(call, dispute)
    call.save(dispute)
    call.tell("charge.dispute.updated", dispute, previous=changes(before, dispute))
    return dispute


def _submit(desk: Desk, dispute: Object) -> None:
    dispute["evidence_details"]["submission_count"] += 1
    is_inquiry = dispute["status"].startswith("warning")
    dispute["status"] = "warning_under_review" if is_inquiry else "under_review"
    words = " ".join(str(value) for value in dispute["evidence"].values() if isinstance(value, str))
    if "winning_evidence" in words or "losing_evidence" in words:
        desk.later("stripe.dispute_decided", DECIDED_AFTER, dispute=dispute["id"], is_won="winning_evidence" in words)


def close(call: Call) -> Object:
    """`POST /v1/disputes/{id}/close`: the platform gives in."""
    call.params.only(())
    dispute = call.get("dispute", call.path["id"])
    if dispute["status"] not in OPEN:
        raise unfit("This dispute is already closed.")
    decide(call, dispute, is_won=False)
    return dispute


def decide(desk: Desk, dispute: Object, *, is_won: bool) -> None:
    """The outcome, once. A won dispute brings the money back, not the fee."""
    if dispute["status"] not in UNDECIDED:
        raise unfit("This dispute has been decided already.")
    charge = desk.get("charge", dispute["charge"])
    if dispute["status"].startswith("warning"):
        dispute["status"] = "warning_closed"
    else:
        dispute["status"] = "won" if is_won else "lost"
        if is_won:
            line = balance.book(
                desk,
                "adjustment",
                dispute["amount"],
                dispute["currency"],
                dispute["id"],
                description=f"Chargeback reversal for {dispute['charge']}",
            )
            dispute["balance_transactions"].append(line)
            charge["disputed"] = False
            desk.save(charge)
    desk.save(dispute)
    if dispute["status"] == "won":
        desk.tell("charge.dispute.funds_reinstated", dispute)
    desk.tell("charge.dispute.closed", dispute)


def listing(call: Call) -> Object:
    return call.listed("dispute", "charge", "payment_intent")


def join(world: World) -> None:
    """Lets deadlines pass and banks decide."""

    def due(desk: Desk, payload: dict[str, Any]) -> None:
        dispute = desk.get("dispute", payload["dispute"])
        if dispute["status"] in OPEN:
            dispute["evidence_details"]["past_due"] = True
            decide(desk, dispute, is_won=False)

    def decided(desk: Desk, payload: dict[str, Any]) -> None:
        dispute = desk.get("dispute", payload["dispute"])
        if dispute["status"] in UNDECIDED:
            decide(desk, dispute, is_won=payload["is_won"])

    happens(world, "stripe.dispute_due", due)
    happens(world, "stripe.dispute_decided", decided)
