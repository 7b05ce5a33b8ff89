"""The gateway in front of every M-PESA API: bearer token, JSON body, faults at the gate, and the error envelope."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pamoja.sandbox.faults import GATE
from pamoja.sandbox.mpesa import access_token
from pamoja.sandbox.mpesa.identifiers import new_request_id
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.world import World, world_of

Body = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

BODY_BYTES_MAX = 100_000
GATE_REFUSALS = {
    "token_expires": (401, "401.002.01", "Error Occurred - Invalid Access Token"),
    "spike_arrest": (500, "500.003.02", "Error Occurred: Spike Arrest Violation"),
    "too_many_requests": (429, "429", "Too Many Requests"),
    "internal_error": (500, "500.003.1001", "Internal Server Error"),
}
BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


@dataclass(frozen=True)
class Call:
    """One request that passed the gate; `notes` go with it into the log."""

    world: World
    body: Body
    notes: list[str]


Handler = Callable[[Call], Awaitable[Body]]


class DarajaError(Exception):
    """The gateway refuses: nothing was accepted."""

    def __init__(self, status: int, code: str, message: str, *, request_id: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.request_id = status, code, message, request_id

    def answer(self) -> JSONResponse:
        body = {"requestId": self.request_id or new_request_id(), "errorCode": self.code, "errorMessage": self.message}
        return JSONResponse(body, status_code=self.status)


def invalid(what: str) -> DarajaError:
    return DarajaError(400, "400.002.02", f"Bad Request - Invalid {what}")


def behind_the_gate(scope: str, handler: Handler) -> Endpoint:
    """An endpoint at which `handler` answers once token and body are good. `scope` says which faults strike."""

    async def endpoint(request: Request) -> Response:
        world = world_of(request)
        request.scope["sandbox.scope"] = scope
        try:
            token = _bearer(world, request)
            body = await _object(request)
            trouble = await _trouble_at_the_gate(world, request, scope, body, token)
            return trouble or JSONResponse(await handler(Call(world, body, request.scope["sandbox.notes"])))
        except DarajaError as error:
            return error.answer()

    return endpoint


def _bearer(world: World, request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise DarajaError(404, "404.001.04", "Invalid Authentication Header")
    state = access_token.state(world, token.strip())
    if state == "expired":
        raise DarajaError(401, "401.002.01", "Error Occurred - Invalid Access Token")
    if state == "unknown":
        raise DarajaError(404, "404.001.03", "Invalid Access Token")
    return token.strip()


async def _object(request: Request) -> Body:
    raw = await request.body()
    try:
        body = json.loads(raw) if len(raw) <= BODY_BYTES_MAX else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise invalid("Request Payload")
    return body


async def _trouble_at_the_gate(world: World, request: Request, scope: str, body: Body, token: str) -> Response | None:
    subject = str(body.get("PhoneNumber") or body.get("PartyB") or body.get("PartyA") or "")
    struck = world.faults.strike(GATE, scope=scope, subject=subject)
    for kind in struck:
        request.scope["sandbox.notes"].append(f"fault: {kind}")
    if "slow_answer" in struck:
        await asyncio.sleep(min(struck["slow_answer"]["delay_ms"], 120_000) / 1000)
    if "request_lost" in struck:
        raise HungUp
    if "token_expires" in struck:
        access_token.revoke(world, token)
    for kind, (status, code, message) in GATE_REFUSALS.items():
        if kind in struck:
            raise DarajaError(status, code, message)
    return HTMLResponse(BAD_GATEWAY, status_code=502) if "html_error" in struck else None
