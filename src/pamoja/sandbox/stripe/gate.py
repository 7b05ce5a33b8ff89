"""The door in front of every Stripe API: keys, accounts, parameters, idempotency, faults at the gate, request ids."""

import asyncio
import base64
import hashlib
import json
import re
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pamoja.sandbox.faults import ANSWER, GATE, STRIPE
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.stripe.call import Call, answered
from pamoja.sandbox.stripe.errors import API, IDEMPOTENCY, StripeError
from pamoja.sandbox.stripe.forms import decode
from pamoja.sandbox.stripe.objects import API_VERSION, Object
from pamoja.sandbox.stripe.params import Parameters
from pamoja.sandbox.world import World, world_of

Handler = Callable[[Call], Object]

LATER = ("stale_signature", "stale_object", "decline_burst")
AT_THE_GATE = (*GATE, *ANSWER, *(fault for fault in STRIPE if fault.kind not in LATER))
BODY_BYTES_MAX = 1_000_000
KEY_MOST = 255
KEPT_S = 24 * 3600.0
BEFORE_ANSWER_TIMEOUT_S = 20.0
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")
_KEY = re.compile(r"(sk|rk|pk)_test_\w{4,240}")
_REFUSALS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "too_many_requests": (429, "Request rate limit exceeded.", {"code": "rate_limit"}),
    "lock_timeout": (
        429,
        (
            "This object cannot be accessed right now because another API request or Stripe process is "
            "currently accessing it."
        ),
        {"code": "lock_timeout"},
    ),
    "internal_error": (500, "An unknown error occurred.", {"kind": API}),
    "idempotency_conflict": (
        409,
        "There is currently another in-progress request using this Stripe-Idempotency-Key.",
        {"code": "idempotency_key_in_use", "kind": IDEMPOTENCY},
    ),
}


@dataclass
class Gate:
    """What the gate remembers between requests, in memory: keys being used, and when requests came."""

    in_flight: set[tuple[str, str]] = field(default_factory=set)
    arrivals: deque[float] = field(default_factory=deque)

    def crowded(self, most_per_s: int) -> bool:
        """Whether more than `most_per_s` requests came within the last second of real time; 0 is no limit."""
        now = time.monotonic()
        while self.arrivals and self.arrivals[0] <= now - 1:
            self.arrivals.popleft()
        if most_per_s and len(self.arrivals) >= most_per_s:
            return True
        self.arrivals.append(now)
        return False


@dataclass(frozen=True)
class Asked:
    """One request, before anybody decided about it."""

    request: Request
    world: World
    gate: Gate
    handler: Handler
    params: Parameters
    account: str
    request_id: str
    key: str
    is_public: bool

    @property
    def notes(self) -> list[str]:
        notes: list[str] = self.request.scope["sandbox.notes"]
        return notes

    @property
    def fingerprint(self) -> str:
        text = json.dumps([self.request.method, self.request.url.path, self.params.given], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def subject(self) -> str:
        """Whom faults strike: told alike in every run of the same seed, so never by an id of ours."""
        given = self.params.given
        customer = given.get("customer") or self.request.path_params.get("id", "")
        row = self.world.store.one(
            "SELECT json_extract(body, '$.email') AS email FROM stripe_object WHERE id = ?", str(customer)
        )
        return str((row and row["email"]) or given.get("receipt_email") or given.get("email") or self.request.url.path)


def _gate_of(world: World) -> Gate:
    gate: Gate = world.gates.setdefault("stripe", Gate())
    return gate


def behind_the_gate(handler: Handler, *, is_public: bool = False) -> Any:
    """An endpoint at which `handler` answers. `is_public`: a publishable key may call it too."""

    async def endpoint(request: Request) -> Response:
        request.scope["sandbox.scope"] = "stripe"
        request_id = f"req_{secrets.token_hex(7)}"
        try:
            asked = await _read(request, handler, request_id, is_public=is_public)
            response = await _through(asked)
        except StripeError as error:
            response = _response(error.status, json.dumps(error.body))
        response.headers["Request-Id"] = request_id
        response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", API_VERSION)
        if key := request.headers.get("Idempotency-Key"):
            response.headers["Idempotency-Key"] = key
        return response

    return endpoint


async def _read(request: Request, handler: Handler, request_id: str, *, is_public: bool) -> Asked:
    world = world_of(request)
    is_publishable = _authenticate(request, is_public=is_public)
    version = request.headers.get("Stripe-Version", API_VERSION)
    if not _VERSION.fullmatch(version):
        raise StripeError(400, f"Invalid Stripe API version: {version[:40]}")
    account = request.headers.get("Stripe-Account", "")
    if account and world.store.one("SELECT 1 FROM stripe_object WHERE id = ? AND kind = 'account'", account) is None:
        raise StripeError(
            403,
            f"The provided key does not have access to account '{account[:60]}' (or that account "
            "does not exist). Application access may have been revoked.",
            code="account_invalid",
        )
    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    if len(key) > KEY_MOST:
        raise StripeError(400, "Idempotency-Key must be at most 255 characters.", kind=IDEMPOTENCY)
    query, body = request.url.query, await request.body()
    if len(body) > BODY_BYTES_MAX:
        raise StripeError(413, "Request too large.")
    if body and not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        raise StripeError(400, "Invalid request: send the body as application/x-www-form-urlencoded.")
    encoded = "&".join(part for part in (query, body.decode("utf-8", "replace")) if part)
    params = Parameters(decode(encoded))
    return Asked(request, world, _gate_of(world), handler, params, account, request_id, key, is_publishable)


def _authenticate(request: Request, *, is_public: bool) -> bool:
    """Whether the key is a publishable one. Raises: StripeError 401."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    key = given.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except ValueError:
            key = ""
    if not key:
        raise StripeError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    if not _KEY.fullmatch(key):
        raise StripeError(401, f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}")
    if key.startswith("pk_") and not is_public:
        raise StripeError(
            401,
            "This API call cannot be made with a publishable API key. Please use a secret API key.",
            code="secret_key_required",
        )
    return key.startswith("pk_")


async def _through(asked: Asked) -> Response:
    """Answers from what is kept under the key, else lets the request take effect, once, faults permitting."""
    name = (asked.account, asked.key)
    if asked.key and (kept := _kept(asked)):
        return kept
    if asked.key and name in asked.gate.in_flight:
        raise _refusal("idempotency_conflict")
    if asked.gate.crowded(asked.world.preferences.stripe_rate_per_s):
        raise _refusal("too_many_requests")
    if asked.key:
        asked.gate.in_flight.add(name)
    try:
        struck = await _trouble(asked)
        if "html_error" in struck:
            return HTMLResponse(BAD_GATEWAY, status_code=502)
        return await _done(asked, struck)
    finally:
        asked.gate.in_flight.discard(name)


def _refusal(kind: str) -> StripeError:
    status, message, more = _REFUSALS[kind]
    return StripeError(status, message, **more)


def _kept(asked: Asked) -> Response | None:
    """The answer once given under this key. Raises: StripeError when it was used for something else."""
    store = asked.world.store
    row = store.one("SELECT * FROM stripe_idempotency WHERE account = ? AND key = ?", asked.account, asked.key)
    if row is None:
        return None
    if row["at"] + KEPT_S <= asked.world.clock.now().timestamp():
        store.run("DELETE FROM stripe_idempotency WHERE account = ? AND key = ?", asked.account, asked.key)
        return None
    if row["fingerprint"] != asked.fingerprint:
        raise StripeError(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were first "
            "used with. Try using a key other than "
            f"'{asked.key}' if you meant to execute a different request.",
            kind=IDEMPOTENCY,
        )
    asked.notes.append("replayed")
    headers = {"Idempotent-Replayed": "true", "Original-Request": row["request_id"]}
    return _response(row["status"], row["answer"], headers)


def _response(status: int, answer: str, headers: dict[str, str] | None = None) -> Response:
    told = dict(headers or {})
    if status == 409 or (status == 429 and "lock_timeout" in answer):
        told["Stripe-Should-Retry"] = "true"
    elif status >= 500:
        told["Stripe-Should-Retry"] = "false"
    return Response(answer, status_code=status, media_type="application/json", headers=told)


async def _trouble(asked: Asked) -> dict[str, dict[str, int]]:
    """Strikes the faults at the gate, in the order in which a request would meet them."""
    struck = asked.world.faults.strike(AT_THE_GATE, scope="stripe", subject=asked.subject)
    if not asked.key:
        struck.pop("idempotency_conflict", None)
    asked.notes.extend(f"fault: {kind}" for kind in struck)
    if "slow_answer" in struck:
        await asyncio.sleep(min(struck["slow_answer"]["delay_ms"], 120_000) / 1000)
    if "request_lost" in struck:
        raise HungUp
    for kind in _REFUSALS:
        if kind in struck:
            raise _refusal(kind)
    return struck


async def _done(asked: Asked, struck: dict[str, Any]) -> Response:
    """Lets the deed happen and keeps its answer, both or neither."""
    world, at = asked.world, asked.world.clock.now()
    origin = f"{str(asked.request.base_url).rstrip('/')}/stripe"
    if world.store.setting("stripe.origin") != origin:
        world.store.keep_setting("stripe.origin", origin)
    call = Call(
        world,
        at,
        asked.account,
        {"id": asked.request_id, "idempotency_key": asked.key or None},
        params=asked.params,
        path={**asked.request.path_params, "url": asked.request.url.path.removeprefix("/stripe")},
        is_public=asked.is_public,
        notes=asked.notes,
    )
    broken = StripeError(500, "An unknown error occurred.", kind=API, is_kept=True)
    with world.store.transaction():
        if "error_without_effect" in struck:
            status, body = broken.status, broken.body
        else:
            status, body = _carried_out(asked, call)
        if "error_after_effect" in struck and status == 200:
            status, body = broken.status, broken.body
        answer = json.dumps(body)
        if asked.key:
            world.store.insert(
                "stripe_idempotency",
                account=asked.account,
                key=asked.key,
                fingerprint=asked.fingerprint,
                request_id=asked.request_id,
                status=status,
                answer=answer,
                at=at.timestamp(),
            )
    world.live.publish("stripe")
    if call.told:
        world.agenda.clock_was_turned()
        await world.callbacks.idle(BEFORE_ANSWER_TIMEOUT_S)
    if "answer_lost" in struck:
        raise HungUp
    return _response(status, answer)


def _carried_out(asked: Asked, call: Call) -> tuple[int, Object]:
    """Status and body. Raises: StripeError for what is to leave no trace, not even under its key."""
    store = asked.world.store
    store.run("SAVEPOINT deed")
    try:
        body = answered(call, asked.handler(call))
    except StripeError as error:
        if not error.has_effect:
            store.run("ROLLBACK TO deed")
        if not error.is_kept:
            raise
        return error.status, error.body
    return 200, body


def not_here(request: Request, status: int) -> JSONResponse:
    """An unknown address, in Stripe's words."""
    path = request.url.path.removeprefix("/stripe")
    message = f"Unrecognized request URL ({request.method}: {path}). Please see https://stripe.com/docs."
    return StripeError(404 if status == 404 else 405, message).answer()
