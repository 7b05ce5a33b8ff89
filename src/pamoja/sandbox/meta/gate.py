"""The gateway in front of Meta's Graph API: a bearer token, faults at the gate, and Meta's error envelope."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pamoja.sandbox.answers import BadInput, json_object
from pamoja.sandbox.meta import numbers
from pamoja.sandbox.meta.known import text_of
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio.gate import BAD_GATEWAY, SCOPE, struck_at_the_gate
from pamoja.sandbox.world import world_of

Endpoint = Callable[[Request, Row], Awaitable[Response]]
"""Answers for a number that the token opens: the one that the address names, or one of the business account."""


class GraphError(Exception):
    """Meta refuses: nothing was accepted."""

    def __init__(self, status: int, code: int, details: str = "", *, subcode: int | None = None) -> None:
        super().__init__(details)
        self.status, self.code, self.details, self.subcode = status, code, details, subcode

    def answer(self) -> JSONResponse:
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {text_of(self.code)}",
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": secrets.token_urlsafe(8),
        }
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return JSONResponse({"error": error}, status_code=self.status)


def unknown(what: str) -> GraphError:
    details = f"Object with ID '{what}' does not exist or cannot be loaded due to missing permissions."
    return GraphError(400, 100, details, subcode=33)


def behind_the_gate(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that answers once the token is good and no fault strikes."""

    async def guarded(request: Request) -> Response:
        request.scope["sandbox.scope"] = SCOPE
        try:
            number = _opened(request)
            if trouble := await _trouble(request):
                return trouble
            return await endpoint(request, number)
        except GraphError as error:
            return error.answer()
        except BadInput as error:
            return GraphError(400, 100, error.message).answer()

    return guarded


def _opened(request: Request) -> Row:
    """The number whose token this is, where the object in the address is its own. Raises: GraphError."""
    world, asked = world_of(request), request.path_params["object"]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    rows = world.store.all("SELECT * FROM meta_number ORDER BY made_at, number_id")
    theirs = [row for row in rows if secrets.compare_digest(row["token"].encode(), token.encode())]
    if scheme.lower() != "bearer" or not theirs:
        raise GraphError(401, 190)
    found = numbers.with_id(world, asked) or numbers.of_business(world, asked)
    if found is None:
        # Media and templates by their own id: whose they are is no matter here.
        return theirs[0]
    if found["number_id"] not in {row["number_id"] for row in theirs}:
        raise unknown(asked)
    return found


async def _trouble(request: Request) -> Response | None:
    subject = ""
    if request.method == "POST" and "json" in request.headers.get("Content-Type", ""):
        body = await json_object(request)
        subject = str(body.get("to") or body.get("recipient") or "")
    struck = await struck_at_the_gate(world_of(request), request, subject=subject)
    if "too_many_requests" in struck:
        raise GraphError(429, 130429, "Cloud API message throughput has been reached.")
    if "internal_error" in struck:
        raise GraphError(500, 131000, "Message failed to send due to an unknown error.")
    return HTMLResponse(BAD_GATEWAY, status_code=502) if "html_error" in struck else None
