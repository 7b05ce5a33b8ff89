"""Transfers between the platform's balance and those of connected accounts, and their reversals."""

from pamoja.sandbox.stripe import balance
from pamoja.sandbox.stripe.call import Call, as_list
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object, shown
from pamoja.sandbox.stripe.params import names

FIELDS = names("amount currency destination transfer_group source_transaction source_type description metadata")


def create(call: Call) -> Object:
    """`POST /v1/transfers`. Raises: StripeError balance_insufficient when the available balance does not cover it."""
    params = call.params
    params.only(FIELDS)
    amount, currency = params.needed_whole("amount", least=1), params.needed("currency").lower()
    destination = call.get("account", params.needed("destination"), param="destination")
    if destination.get("capabilities", {}).get("transfers") != "active":
        raise unfit(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers",
            code="insufficient_capabilities_for_transfer",
            param="destination",
        )
    source = params.text("source_transaction")
    if source:
        _refuse_beyond_source(call, source, amount, currency)
    else:
        refuse_beyond_balance(call, amount, currency)
    return pay(
        call,
        destination,
        amount,
        currency,
        source_transaction=source,
        transfer_group=params.text("transfer_group"),
        description=params.text("description"),
        metadata=params.metadata(),
    )


def refuse_beyond_balance(desk: Desk, amount: int, currency: str) -> None:
    """Raises: StripeError balance_insufficient."""
    if balance.held(desk, currency)[0] < amount:
        raise unfit(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your "
            "available balance by creating Charges using the 4000000000000077 test card.",
            code="balance_insufficient",
        )


def _refuse_beyond_source(desk: Desk, source: str, amount: int, currency: str) -> None:
    """What is paid from one charge cannot be more than the charge was."""
    charge = desk.get("charge", source, param="source_transaction")
    if charge["currency"] != currency:
        raise StripeError(
            400,
            f"The currency of source_transaction's balance transaction ({charge['currency']}) "
            "must be "
            f"the same as the transfer currency ({currency})",
            param="currency",
        )
    paid = sum(each["amount"] - each["amount_reversed"] for each in desk.all("transfer", source_transaction=source))
    if paid + amount > charge["amount_captured"]:
        raise unfit(
            "Transfers using this transaction as a source must not exceed the source amount of "
            f"{charge['amount_captured']}. (There is already {paid} transferred.)",
            param="amount",
        )


def pay(desk: Desk, destination: Object, amount: int, currency: str, **more: object) -> Object:
    """Books both sides. Units: minor."""
    blank: Object = {"description": None, "metadata": {}, "source_transaction": None, "transfer_group": None}
    transfer = desk.add(
        "transfer",
        amount=amount,
        amount_reversed=0,
        balance_transaction=None,
        currency=currency,
        destination=destination["id"],
        destination_payment=None,
        reversed=False,
        source_type="card",
        **blank | more,
    )
    line = balance.book(desk, "transfer", -amount, currency, transfer["id"])
    there = desk.for_account(destination["id"])
    payment = there.add(
        "charge",
        as_id=desk.new_id("py"),
        amount=amount,
        amount_captured=amount,
        amount_refunded=0,
        balance_transaction=None,
        captured=True,
        currency=currency,
        customer=None,
        disputed=False,
        metadata={},
        paid=True,
        payment_intent=None,
        refunded=False,
        source_transfer=transfer["id"],
        status="succeeded",
    )
    payment["balance_transaction"] = balance.book(there, "payment", amount, currency, payment["id"])["id"]
    there.save(payment)
    transfer |= {"balance_transaction": line["id"], "destination_payment": payment["id"]}
    desk.save(transfer)
    desk.tell("transfer.created", transfer)
    return transfer


def follow_charge(desk: Desk, intent: Object, charge: Object, amount: int) -> None:
    """A destination charge: what was taken goes on to the connected account, less the application fee."""
    wished = charge["transfer_data"]
    fee = intent["application_fee_amount"] or 0
    goes = wished.get("amount") or amount - fee
    destination = desk.get("account", wished["destination"])
    group = intent["transfer_group"] or f"group_{intent['id']}"
    transfer = pay(desk, destination, goes, charge["currency"], source_transaction=charge["id"], transfer_group=group)
    charge |= {"transfer": transfer["id"], "transfer_group": group}
    desk.save(charge)


def reverse(call: Call) -> Object:
    """`POST /v1/transfers/{id}/reversals`."""
    params, transfer = call.params, call.get("transfer", call.path["id"])
    params.only(("amount", "description", "metadata", "refund_application_fee"))
    left = transfer["amount"] - transfer["amount_reversed"]
    if not left:
        raise unfit(f"Transfer {transfer['id']} is already fully reversed.", param="id")
    amount = params.whole("amount", left, least=1) or 0
    if amount > left:
        raise unfit(
            f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({left}).", param="amount"
        )
    there = call.for_account(transfer["destination"])
    if balance.held(there, transfer["currency"])[0] < amount:
        raise unfit("The destination account has insufficient funds for this reversal.", code="balance_insufficient")
    return _reverse(call, transfer, amount, params.metadata())


def _reverse(desk: Desk, transfer: Object, amount: int, metadata: dict[str, str]) -> Object:
    reversal = desk.add(
        "transfer_reversal",
        amount=amount,
        balance_transaction=None,
        currency=transfer["currency"],
        destination_payment_refund=None,
        metadata=metadata,
        source_refund=None,
        transfer=transfer["id"],
    )
    line = balance.book(desk, "transfer_refund", amount, transfer["currency"], reversal["id"])
    there = desk.for_account(transfer["destination"])
    back = there.add(
        "refund",
        amount=amount,
        charge=transfer["destination_payment"],
        currency=transfer["currency"],
        metadata={},
        payment_intent=None,
        source_transfer_reversal=reversal["id"],
        status="succeeded",
    )
    balance.book(there, "payment_refund", -amount, transfer["currency"], back["id"])
    reversal |= {"balance_transaction": line["id"], "destination_payment_refund": back["id"]}
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    desk.save(reversal)
    desk.save(transfer)
    desk.tell("transfer.reversed", transfer)
    return reversal


def reverse_for(desk: Desk, charge: Object, amount: int) -> None:
    """Takes back of a destination charge's transfer what its refund gives back, in proportion."""
    transfer = desk.find("transfer", charge.get("transfer"))
    if transfer:
        share = min(transfer["amount"] * amount // charge["amount"], transfer["amount"] - transfer["amount_reversed"])
        if share:
            _reverse(desk, transfer, share, {})


def retrieve(call: Call) -> Object:
    """`GET /v1/transfers/{id}` with its reversals."""
    transfer = shown(call.get("transfer", call.path["id"]))
    found = call.all("transfer_reversal", transfer=transfer["id"])[::-1]
    return transfer | {"reversals": as_list(f"/v1/transfers/{transfer['id']}/reversals", found)}


def update(call: Call) -> Object:
    call.params.only(("metadata", "description"))
    transfer = call.get("transfer", call.path["id"])
    before = transfer["metadata"]
    transfer["metadata"] = call.params.metadata(before)
    transfer["description"] = call.params.text("description", transfer["description"])
    call.save(transfer)
    call.tell("transfer.updated", transfer, previous={"metadata": before})
    return transfer


def listing(call: Call) -> Object:
    return call.listed("transfer", "destination", "transfer_group")


def list_reversals(call: Call) -> Object:
    call.get("transfer", call.path["id"])
    return call.listed("transfer_reversal", transfer=call.path["id"])


def retrieve_reversal(call: Call) -> Object:
    return call.get("transfer_reversal", call.path["reversal"])
