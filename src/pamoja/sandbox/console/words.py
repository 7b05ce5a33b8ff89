"""Says in a few words what a line of the request log is about."""

import re

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
    "/mpesa/statement.csv": "Downloads its statement",
    "/bank/statement": "Reads the bank's statement",
    "/bank/statement.csv": "Downloads the bank's statement",
    "/mpesa/c2b/v1/simulate": "Lets a phone pay by menu",
}


# By verb and the end of the path, for those that name what they are about.
ASKED_OF_MESSENGERS = (
    (re.compile(r"POST .*/Messages\.json"), "Sends a message"),
    (re.compile(r"GET .*/Messages\.json"), "Lists messages"),
    (re.compile(r"GET .*/Messages/\w+\.json"), "Asks after a message"),
    (re.compile(r"POST .*/Messages/\w+\.json"), "Changes a message"),
    (re.compile(r"DELETE .*/Messages/\w+\.json"), "Deletes a message"),
    (re.compile(r"\w+ .*/Media.*"), "Asks for media"),
    (re.compile(r"POST .*/ApprovalRequests/whatsapp"), "Asks to approve a template"),
    (re.compile(r"GET .*/ApprovalRequests"), "Asks after an approval"),
    (re.compile(r"POST /v1/Content"), "Makes a template"),
    (re.compile(r"\w+ /v1/Content.*"), "Asks for templates"),
    (re.compile(r"POST /v[23]/Indicators/.*"), "Is seen to type"),
    (re.compile(r"POST /graph/.*/messages"), "Sends a message (Meta)"),
    (re.compile(r"POST /graph/.*/media"), "Uploads a file (Meta)"),
    (re.compile(r"POST /graph/.*/message_templates"), "Makes a template (Meta)"),
    (re.compile(r"\w+ /graph/.*/message_templates"), "Asks for templates (Meta)"),
    (re.compile(r"\w+ /graph/.*"), "Looks something up (Meta)"),
)
STRIPE = {
    "GET": {"": "Looks up", "balance": "Asks for the balance"},
    "POST": {"confirm": "Confirms", "capture": "Captures", "cancel": "Cancels", "attach": "Keeps a method",
             "detach": "Lets go of a method", "pay": "Pays an invoice", "reversals": "Takes a transfer back"},
    "DELETE": {},
}  # fmt: skip


def _at_stripe(entry: Row) -> str:
    """Verb and thing of a request to Stripe: `Makes a payment intent`."""
    parts = entry["url"].partition("?")[0].removeprefix("/stripe/v1/").split("/")
    known = STRIPE.get(entry["method"], {}).get(parts[-1])
    thing = parts[1] if parts[0] in ("checkout", "test_helpers", "radar") and len(parts) > 1 else parts[0]
    verb = {"GET": "Looks up", "DELETE": "Ends"}.get(entry["method"], "Makes" if len(parts) == 1 else "Changes")
    return known or f"{verb}: {thing.replace('_', ' ')}"


def said(entry: Row) -> str:
    """What was asked of us, or told to the platform."""
    if entry["direction"] == "in":
        path = entry["url"].partition("?")[0]
        if path.startswith("/stripe/"):
            return _at_stripe(entry)
        of_messengers = (words for form, words in ASKED_OF_MESSENGERS if form.fullmatch(f"{entry['method']} {path}"))
        return ASKED.get(path) or next(of_messengers, "Asks something unknown")
    about = str(entry["note"]).partition("; ")[0]
    return "Tells: " + (about or "something")


def remarks(entry: Row) -> list[str]:
    """Faults and failures, apart from what was said."""
    notes = [note for note in str(entry["note"]).split("; ") if note]
    return [note for note in notes if note.startswith(("fault:", "not delivered:"))]
