"""Webhook endpoints: their secrets, how what goes to them is signed, and when it is tried again."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from pamoja.sandbox.callbacks import Manners
from pamoja.sandbox.mpesa.checks import LOCAL_HOSTS
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.errors import StripeError
from pamoja.sandbox.stripe.objects import Object, shown
from pamoja.sandbox.stripe.params import names
from pamoja.sandbox.world import World

STALE_S = 3600
ROLLING = timedelta(hours=24)
USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
# Minutes between one try and the next; together three days, as for live endpoints.
PAUSES_MIN = (1, 5, 30, 120, 300, 600, 720, 720, 720, 720)
FIELDS = names("url enabled_events description metadata api_version connect disabled status")


def signature(secret: str, body: bytes, stamp: int) -> str:
    """The v1 scheme. Source: the official SDK's `WebhookSignature`."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def join(world: World) -> None:
    """Lets callbacks of this scope be signed when they are sent, and tried again when they are not taken."""

    def headers(number: int, body: bytes) -> dict[str, str]:
        row = world.store.the("SELECT * FROM stripe_delivery WHERE callback_id = ?", number)
        endpoint = Desk(world, world.clock.now()).find("webhook_endpoint", row["endpoint"]) or {}
        now_s = int(world.clock.now().timestamp())
        stamp = now_s - STALE_S if row["forgery"] == "stamp" else now_s
        keys = ["whsec_of_a_stranger"] if row["forgery"] == "secret" else _secrets(endpoint, now_s)
        signed = ",".join(f"v1={signature(key, body, stamp)}" for key in keys)
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "*/*; q=0.5, application/xml",
            "User-Agent": USER_AGENT,
            "Stripe-Signature": f"t={stamp},{signed}",
        }

    def told(number: int, status: int | None) -> None:
        sql = "UPDATE stripe_delivery SET attempts = attempts + 1, status = ? WHERE callback_id = ?"
        world.store.run(sql, status, number)

    def pause_s(attempts: int) -> float | None:
        tries = min(world.preferences.webhook_attempts, len(PAUSES_MIN) + 1)
        return PAUSES_MIN[attempts - 1] * 60.0 if attempts < tries else None

    world.callbacks.mind("stripe", Manners(headers, told, pause_s))


def _secrets(endpoint: Object, now_s: int) -> list[str]:
    """The secret, and the one before it while it is being rolled."""
    old = endpoint.get("_old_secret")
    return [endpoint.get("_secret", ""), *([old] if old and now_s < endpoint["_old_until"] else [])]


def create(call: Call) -> Object:
    """`POST /v1/webhook_endpoints`: the answer alone holds the secret."""
    call.params.only(FIELDS)
    return open_endpoint(
        call,
        url=call.params.needed("url"),
        enabled_events=call.params.texts("enabled_events"),
        description=call.params.text("description"),
        metadata=call.params.metadata(),
        api_version=call.params.text("api_version"),
        _connect=call.params.flag("connect"),
    )


def open_endpoint(desk: Desk, *, url: str, enabled_events: list[str], secret: str = "", **fields: Any) -> Object:
    if not enabled_events:
        raise StripeError(
            400, "Missing required param: enabled_events.", code="parameter_missing", param="enabled_events"
        )
    secret = secret or f"whsec_{secrets.token_urlsafe(24)}"
    endpoint = desk.add(
        "webhook_endpoint",
        application=None,
        url=_fit(desk.world, url),
        enabled_events=enabled_events,
        status="enabled",
        **{"api_version": None, "description": None, "metadata": {}, "_connect": False} | fields,
        _secret=secret,
    )
    return shown(endpoint) | {"secret": secret}


def _fit(world: World, url: str) -> str:
    """HTTPS anywhere, plain HTTP on this machine. Raises: StripeError."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2]
    name = host.rpartition(":")[0] or host
    is_local = name.strip("[]") in LOCAL_HOSTS or name.endswith(".localhost") or name in world.options.callback_hosts
    if not host or not (scheme == "https" or (scheme == "http" and is_local)):
        raise StripeError(400, f"Invalid URL: {url[:200]}", code="url_invalid", param="url")
    return url


def update(call: Call) -> Object:
    """`POST /v1/webhook_endpoints/{id}`."""
    params, endpoint = call.params, call.get("webhook_endpoint", call.path["id"])
    params.only(FIELDS)
    if "url" in params:
        endpoint["url"] = _fit(call.world, params.needed("url"))
    if "enabled_events" in params:
        endpoint["enabled_events"] = params.texts("enabled_events")
    if "disabled" in params:
        endpoint["status"] = "disabled" if params.flag("disabled") else "enabled"
    endpoint["description"] = params.text("description", endpoint["description"])
    endpoint["metadata"] = params.metadata(endpoint["metadata"])
    return call.save(endpoint)


def delete(call: Call) -> Object:
    return call.remove(call.get("webhook_endpoint", call.path["id"]))


def roll(desk: Desk, endpoint: Object) -> str:
    """A new secret; what is sent in the next day is signed with both."""
    until = int((desk.at + ROLLING).timestamp())
    endpoint |= {"_old_secret": endpoint["_secret"], "_old_until": until}
    endpoint["_secret"] = f"whsec_{secrets.token_urlsafe(24)}"
    desk.save(endpoint)
    return str(endpoint["_secret"])
