"""Issues the bearer token every M-PESA call needs, and knows whether one still holds."""

import base64
import binascii
import secrets
from datetime import timedelta
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse

from pamoja.sandbox.mpesa.identifiers import new_request_id
from pamoja.sandbox.mpesa.known import CONSUMER_KEY, CONSUMER_SECRET
from pamoja.sandbox.world import World, world_of

LIFETIME_S = 3599


async def generate(request: Request) -> JSONResponse:
    """`GET /oauth/v1/generate?grant_type=client_credentials` with the consumer key and secret as Basic credentials."""
    world = world_of(request)
    if request.query_params.get("grant_type") != "client_credentials":
        return _refusal("400.008.02", "Invalid grant type passed")
    if not _is_our_consumer(request.headers.get("Authorization", "")):
        return _refusal("400.008.01", "Invalid Authentication passed")
    return JSONResponse({"access_token": issue(world), "expires_in": str(LIFETIME_S)})


def issue(world: World) -> str:
    now, token = world.clock.now(), secrets.token_urlsafe(21)
    with world.store.transaction():
        world.store.run("DELETE FROM access_token WHERE expires_at < ?", (now - timedelta(days=1)).timestamp())
        world.store.insert("access_token", token=token, expires_at=(now + timedelta(seconds=LIFETIME_S)).timestamp())
    return token


def state(world: World, token: str) -> Literal["good", "expired", "unknown"]:
    expires_at = world.store.value("SELECT expires_at FROM access_token WHERE token = ?", token)
    if expires_at is None:
        return "unknown"
    return "good" if world.clock.now().timestamp() < expires_at else "expired"


def revoke(world: World, token: str) -> None:
    world.store.run("UPDATE access_token SET expires_at = 0 WHERE token = ?", token)


def _is_our_consumer(header: str) -> bool:
    scheme, _, credentials = header.partition(" ")
    try:
        pair = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and secrets.compare_digest(
        pair.encode(), f"{CONSUMER_KEY}:{CONSUMER_SECRET}".encode()
    )


def _refusal(code: str, message: str) -> JSONResponse:
    return JSONResponse({"requestId": new_request_id(), "errorCode": code, "errorMessage": message}, status_code=400)
