"""The sandbox's own API about Stripe, for tests and simulations: what cardholders and banks do; forgetting it all."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pamoja.sandbox.answers import BadInput, Unknown, json_object
from pamoja.sandbox.stripe import accounts, charges, disputes, events, paying, refunds, setup_intents, webhooks
from pamoja.sandbox.stripe.bank_accounts import revoke_mandate
from pamoja.sandbox.stripe.desk import Desk, numbered
from pamoja.sandbox.stripe.errors import StripeError
from pamoja.sandbox.stripe.objects import Object, shown
from pamoja.sandbox.world import World, world_of

SECRET_KEY, PUBLISHABLE_KEY = "sk_test_pamoja_sandbox", "pk_test_pamoja_sandbox"
WEBHOOK_SECRET = "whsec_pamoja_sandbox"  # noqa: S105 - known to everybody
TABLES = (
    "stripe_object",
    "stripe_idempotency",
    "stripe_balance_line",
    "stripe_delivery",
    "stripe_due",
    "stripe_counter",
)


def found(world: World, number: str) -> tuple[Desk, Object]:
    """An object of any account, and a desk to work on it. Raises: Unknown."""
    row = world.store.one("SELECT kind, account FROM stripe_object WHERE id = ?", number)
    if row is None:
        raise Unknown(f"{number} at Stripe")
    desk = Desk(world, world.clock.now(), row["account"])
    thing = desk.get(row["kind"], number)
    customer = desk.find("customer", thing.get("customer"))
    desk.follow((customer or thing).get("test_clock"))
    return desk, thing


def _authenticate(desk: Desk, thing: Object, wish: dict[str, Any]) -> None:
    authenticate = {"payment_intent": paying.authenticate, "setup_intent": setup_intents.authenticate}
    if thing["object"] not in authenticate:
        raise BadInput("Only payment intents and setup intents are authenticated.")
    authenticate[thing["object"]](desk, thing, has_passed=wish.get("passes", True) is True)


def _dispute(desk: Desk, thing: Object, wish: dict[str, Any]) -> None:
    reason = wish.get("reason", "fraudulent")
    if thing["object"] != "charge" or not thing["captured"] or thing["disputed"] or reason not in disputes.REASONS:
        raise BadInput("A charge that was captured and is not disputed yet can be disputed, for a known reason.")
    disputes.open_one(desk, thing, reason, is_inquiry=wish.get("inquiry", False) is True)


def _decide(desk: Desk, thing: Object, wish: dict[str, Any]) -> None:
    if thing["object"] != "dispute":
        raise BadInput("Only a dispute is decided.")
    disputes.decide(desk, thing, is_won=wish.get("won", False) is True)


def _debit(desk: Desk, thing: Object, wish: dict[str, Any]) -> None:
    if thing["object"] != "payment_intent" or thing["status"] != "processing":
        raise BadInput("Only a payment intent that is processing has a debit on its way.", status=409)
    failure = wish.get("failure", "")
    paying.debit_ends(desk, thing, desk.get("charge", thing["latest_charge"]), failure=str(failure))


def _revoke(desk: Desk, thing: Object, _wish: dict[str, Any]) -> None:
    if thing["object"] != "mandate":
        raise BadInput("Only a mandate is revoked.")
    revoke_mandate(desk, desk.get("payment_method", thing["payment_method"]))


def _end_refund(desk: Desk, thing: Object, wish: dict[str, Any]) -> None:
    if thing["object"] != "refund":
        raise BadInput("Only a refund ends.")
    refunds.end(desk, thing, has_failed=wish.get("fails", True) is True)


def _warn(desk: Desk, thing: Object, _wish: dict[str, Any]) -> None:
    if thing["object"] != "charge":
        raise BadInput("Only a charge is warned about.")
    charges.warn(desk, thing)


def _onboard(desk: Desk, thing: Object, wish: dict[str, Any]) -> None:
    deeds = {"done": accounts.onboard, "handed in": accounts.hand_in}
    answer = wish.get("answer", "done")
    if thing["object"] != "account" or answer not in deeds:
        raise BadInput("An account is onboarded: done, or handed in.")
    deeds[answer](desk, thing, number=str(wish.get("account_number", "")))


def _restrict(desk: Desk, thing: Object, _wish: dict[str, Any]) -> None:
    if thing["object"] != "account":
        raise BadInput("Only an account is restricted.")
    accounts.restrict(desk, thing)


DEEDS: dict[str, Callable[[Desk, Object, dict[str, Any]], None]] = {
    "authenticate": _authenticate,
    "dispute": _dispute,
    "decide": _decide,
    "debit": _debit,
    "revoke": _revoke,
    "end-refund": _end_refund,
    "warn": _warn,
    "onboard": _onboard,
    "restrict": _restrict,
}


def act(world: World, number: str, deed: str, wish: dict[str, Any]) -> Object:
    """Does what a cardholder or a bank does. Raises: BadInput, and then nothing has changed."""
    if deed not in DEEDS:
        raise BadInput(f"Nobody can {deed}. There are: {', '.join(DEEDS)}.")
    try:
        with world.store.transaction():
            desk, thing = found(world, number)
            DEEDS[deed](desk, thing, wish)
    except StripeError as error:
        raise BadInput(str(error), status=409) from None
    world.live.publish("stripe")
    return thing


async def do(request: Request) -> JSONResponse:
    """`POST /api/stripe/{id}/{deed}`."""
    path = request.path_params
    return JSONResponse(shown(act(world_of(request), path["id"], path["deed"], await json_object(request))))


async def credentials(request: Request) -> JSONResponse:
    """`GET /api/stripe`: what the platform must be configured with."""
    return JSONResponse(
        {
            "base_url": f"{str(request.base_url).rstrip('/')}/stripe",
            "secret_key": SECRET_KEY,
            "publishable_key": PUBLISHABLE_KEY,
            "webhook_secret": WEBHOOK_SECRET,
        }
    )


async def set_webhook(request: Request) -> JSONResponse:
    """`PUT /api/stripe/webhook` `{"url", "secret"?, "enabled_events"?, "connect"?}`: its secret is well known."""
    world, wish = world_of(request), await json_object(request)
    url, wanted = str(wish.get("url", "")), wish.get("enabled_events", ["*"])
    try:
        with world.store.transaction():
            desk = Desk(world, world.clock.now())
            for endpoint in desk.all("webhook_endpoint", url=url):
                desk.remove(endpoint)
            endpoint = webhooks.open_endpoint(
                desk,
                url=url,
                enabled_events=[str(each) for each in wanted],
                secret=str(wish.get("secret", WEBHOOK_SECRET)),
                _connect=wish.get("connect", False) is True,
            )
    except StripeError as error:
        raise BadInput(str(error), field="url") from None
    return JSONResponse(endpoint)


async def roll_secret(request: Request) -> JSONResponse:
    """`POST /api/stripe/webhook/{id}/roll`: a new secret; for a day both sign."""
    world = world_of(request)
    desk, endpoint = found(world, request.path_params["id"])
    return JSONResponse({"id": endpoint["id"], "secret": webhooks.roll(desk, endpoint)})


async def resend(request: Request) -> JSONResponse:
    """`POST /api/stripe/events/{id}/resend`: once more, to every endpoint."""
    world = world_of(request)
    desk, event = found(world, request.path_params["id"])
    endpoints = Desk(world, world.clock.now()).all("webhook_endpoint")
    for endpoint in endpoints:
        events.resend(desk, event, endpoint)
    return JSONResponse({"sent": len(endpoints)})


async def deliveries(request: Request) -> JSONResponse:
    """`GET /api/stripe/deliveries?event=`: how each webhook fared, newest first."""
    rows = world_of(request).store.all(
        """SELECT stripe_delivery.*, json_extract(body, '$.type') AS type
           FROM stripe_delivery LEFT JOIN stripe_object ON stripe_object.id = event
           WHERE ? = '' OR event = ? ORDER BY callback_id DESC LIMIT 1000""",
        request.query_params.get("event", ""),
        request.query_params.get("event", ""),
    )
    return JSONResponse({"deliveries": [dict(row) for row in rows]})


async def flush(request: Request) -> JSONResponse:
    """`DELETE /api/stripe`: forgets everything except the webhook endpoints, whose ids are not given a second time."""
    store = world_of(request).store
    with store.transaction():
        taken = [
            numbered(row["id"]) for row in store.all("SELECT id FROM stripe_object WHERE kind = 'webhook_endpoint'")
        ]
        for table in TABLES:
            kept = " WHERE kind <> 'webhook_endpoint'" if table == "stripe_object" else ""
            store.run(f"DELETE FROM {table}{kept}")  # noqa: S608 - the names are constants
        store.insert("stripe_counter", name="ids", value=max(taken, default=0))
        store.run("DELETE FROM agenda WHERE kind LIKE 'stripe.%'")
        store.run("DELETE FROM callback WHERE scope = 'stripe'")
        store.keep_setting("stripe.burst", 0)
    return JSONResponse({"forgotten": True})


ROUTES = [
    Route("/api/stripe", credentials, methods=["GET"]),
    Route("/api/stripe", flush, methods=["DELETE"]),
    Route("/api/stripe/webhook", set_webhook, methods=["PUT"]),
    Route("/api/stripe/webhook/{id}/roll", roll_secret, methods=["POST"]),
    Route("/api/stripe/deliveries", deliveries, methods=["GET"]),
    Route("/api/stripe/events/{id}/resend", resend, methods=["POST"]),
    Route("/api/stripe/{id}/{deed}", do, methods=["POST"]),
]
