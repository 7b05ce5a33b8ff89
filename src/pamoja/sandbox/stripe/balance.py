"""The balance book: every charge, fee, refund, dispute, transfer and payout is one line that is never changed."""

from datetime import timedelta

from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.objects import Object, shown

FUNDS_AFTER = timedelta(days=2)
REPORTING = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "adjustment": "dispute",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "application_fee": "platform_earning",
    "topup": "topup",
}


def fee_on(amount: int, currency: str, kind: str) -> int:
    """Units: minor. Cards 1.5% + 20 in GBP and EUR, 2.9% + 30 elsewhere; Bacs 1%, 20 to 400; ACH 0.8%, at most 500."""
    if kind == "bacs_debit":
        return min(max(-(-amount // 100), 20), 400)
    if kind == "us_bank_account":
        return min(-(-amount * 8 // 1000), 500)
    return round(amount * 15 / 1000) + 20 if currency in ("gbp", "eur") else round(amount * 29 / 1000) + 30


def book(
    desk: Desk,
    kind: str,
    amount: int,
    currency: str,
    source: str,
    *,
    fee: int = 0,
    at_once: bool = True,
    description: str | None = None,
) -> Object:
    """One line. Units: minor; `amount` is negative for what leaves. The fee is taken off."""
    available_on = desk.now_s if at_once else int((desk.at + FUNDS_AFTER).timestamp())
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    line = desk.add(
        "balance_transaction",
        amount=amount,
        available_on=available_on,
        balance_type="payments",
        currency=currency,
        description=description,
        exchange_rate=None,
        fee=fee,
        fee_details=details if fee else [],
        net=amount - fee,
        reporting_category=REPORTING.get(kind, kind),
        source=source,
        status="available" if at_once else "pending",
        type=kind,
    )
    desk.world.store.insert(
        "stripe_balance_line",
        id=line["id"],
        account=desk.account,
        currency=currency,
        net=amount - fee,
        available_on=available_on,
    )
    if not at_once:
        desk.later("stripe.funds_available", FUNDS_AFTER, line=line["id"])
    return line


def funds_available(desk: Desk, line: str) -> None:
    """Pending funds have become available."""
    found = desk.get("balance_transaction", line)
    found["status"] = "available"
    desk.save(found)
    desk.tell("balance.available", current(desk))


def held(desk: Desk, currency: str) -> tuple[int, int]:
    """Available and pending. Units: minor."""
    row = desk.world.store.the(
        """SELECT coalesce(sum(net) FILTER (WHERE available_on <= ?), 0) AS available,
                  coalesce(sum(net) FILTER (WHERE available_on > ?), 0) AS pending
           FROM stripe_balance_line WHERE account = ? AND currency = ?""",
        desk.now_s,
        desk.now_s,
        desk.account,
        currency,
    )
    return row["available"], row["pending"]


def current(desk: Desk) -> Object:
    """The balance object."""
    sql = "SELECT DISTINCT currency FROM stripe_balance_line WHERE account = ? ORDER BY currency"
    currencies = [row["currency"] for row in desk.world.store.all(sql, desk.account)] or ["gbp"]
    amounts = {currency: held(desk, currency) for currency in currencies}

    def parts(which: int) -> list[Object]:
        return [
            {"amount": pair[which], "currency": currency, "source_types": {"card": pair[which]}}
            for currency, pair in amounts.items()
        ]

    return {
        "object": "balance",
        "available": parts(0),
        "instant_available": parts(0),
        "livemode": False,
        "pending": parts(1),
    }


def show(call: Call) -> Object:
    """`GET /v1/balance`."""
    call.params.only(())
    return current(call)


def listing(call: Call) -> Object:
    """`GET /v1/balance_transactions`; `payout` lists what an automatic payout paid out, here nothing."""
    page = call.listed("balance_transaction", "currency", "type", "source", "payout")
    page["data"] = [_with_status(call, line) for line in page["data"]]
    return page


def retrieve(call: Call) -> Object:
    call.params.only(())
    return _with_status(call, shown(call.get("balance_transaction", call.path["id"])))


def _with_status(desk: Desk, line: Object) -> Object:
    return line | {"status": "available" if line["available_on"] <= desk.now_s else "pending"}
