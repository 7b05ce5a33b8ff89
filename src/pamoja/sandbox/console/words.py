"""Says in a few words what a line of the request log is about."""

from pamoja.sandbox.store import Row

ASKED = {
    "/oauth/v1/generate": "Asks for a token",
    "/mpesa/stkpush/v1/processrequest": "Asks a phone to pay",
    "/mpesa/stkpushquery/v1/query": "Asks after a push payment",
    "/mpesa/b2c/v3/paymentrequest": "Pays out",
    "/mpesa/b2c/v1/paymentrequest": "Pays out",
    "/mpesa/transactionstatus/v1/query": "Asks after a transaction",
    "/mpesa/accountbalance/v1/query": "Asks for the balance",
    "/mpesa/reversal/v1/request": "Reverses a payment",
    "/mpesa/c2b/v1/registerurl": "Registers its addresses",
    "/mpesa/c2b/v2/registerurl": "Registers its addresses",
    "/mpesa/c2b/v1/simulate": "Lets a phone pay by menu",
}


def said(entry: Row) -> str:
    """What was asked of us, or told to the platform."""
    if entry["direction"] == "in":
        return ASKED.get(entry["url"].partition("?")[0], "Asks something unknown")
    about = str(entry["note"]).partition("; ")[0]
    return "Tells: " + (about or "something")


def remarks(entry: Row) -> list[str]:
    """Faults and failures, apart from what was said."""
    notes = [note for note in str(entry["note"]).split("; ") if note]
    return [note for note in notes if note.startswith(("fault:", "not delivered:"))]
