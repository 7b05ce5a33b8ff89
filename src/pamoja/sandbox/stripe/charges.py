"""The API of charges: seen, described, captured; and what some cardholders do after they were charged."""

from typing import Any

from pamoja.sandbox.stripe import disputes
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.world import World


def update(call: Call) -> Object:
    """`POST /v1/charges/{id}`."""
    params, charge = call.params, call.get("charge", call.path["id"])
    params.only(("metadata", "description", "receipt_email", "customer", "fraud_details", "shipping", "transfer_group"))
    before: Object = {"metadata": charge["metadata"]}
    charge |= {name: params.text(name) for name in ("description", "receipt_email", "transfer_group") if name in params}
    charge["metadata"] = params.metadata(charge["metadata"])
    charge["fraud_details"] |= params.mapping("fraud_details") or {}
    call.save(charge)
    call.tell("charge.updated", charge, previous=before)
    return charge


def listing(call: Call) -> Object:
    return call.listed("charge", "customer", "payment_intent", "transfer_group")


def warn(desk: Desk, charge: Object) -> Object:
    """The card's issuer suspects fraud: no dispute yet."""
    warning = desk.add(
        "radar.early_fraud_warning",
        actionable=True,
        charge=charge["id"],
        fraud_type="unauthorized_use_of_card",
        payment_intent=charge["payment_intent"],
    )
    desk.tell("radar.early_fraud_warning.created", warning)
    return warning


def join(world: World) -> None:
    """Lets the consequences of some test cards come."""

    def aftermath(desk: Desk, payload: dict[str, Any]) -> None:
        charge = desk.get("charge", payload["charge"])
        if payload["what"] == "warning":
            warn(desk, charge)
        else:
            disputes.open_one(desk, charge, payload["reason"], is_inquiry=payload["what"] == "inquiry")

    happens(world, "stripe.aftermath", aftermath)
