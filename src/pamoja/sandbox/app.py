"""Makes the outside world one ASGI application: impersonated APIs, the API for tests, the console."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pamoja.sandbox import api
from pamoja.sandbox.answers import BadInput, bad_input
from pamoja.sandbox.bank import routes as bank
from pamoja.sandbox.console import routes as console
from pamoja.sandbox.console.frame import page, wants_json
from pamoja.sandbox.meta import routes as meta
from pamoja.sandbox.meta.gate import unknown
from pamoja.sandbox.meta.known import DOOR as META
from pamoja.sandbox.mpesa import routes as mpesa
from pamoja.sandbox.mpesa.daraja import DarajaError
from pamoja.sandbox.push import routes as push
from pamoja.sandbox.request_log import LOGGED, LogRequests
from pamoja.sandbox.stripe import gate
from pamoja.sandbox.stripe import routes as stripe
from pamoja.sandbox.twilio import routes as twilio
from pamoja.sandbox.twilio.gate import TwilioError, not_found
from pamoja.sandbox.twilio.known import DOORS as TWILIO
from pamoja.sandbox.world import Options, build


class Sandbox(Starlette):
    """A Starlette application whose requests carry their notes and the line they came in on."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["sandbox.notes"], scope["sandbox.send"] = [], send
        await super().__call__(scope, receive, send)


class RefuseStrangers:
    """ASGI middleware: a page elsewhere on the web cannot make a visitor's browser change this world."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            headers = dict(scope["headers"])
            if headers.get(b"sec-fetch-site") == b"cross-site":
                refusal = JSONResponse(
                    {"error": {"message": "Requests from other sites are refused."}}, status_code=403
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def create_app(
    data: Path | str,
    *,
    smtp_port: int | None = None,
    host: str = "127.0.0.1",
    callback_hosts: tuple[str, ...] = (),
    port: int = 9100,
    inbound_url: str = "",
    meta_url: str = "",
) -> Sandbox:
    """The outside world with its memory in the folder `data`; without `smtp_port` it receives no letters.

    `callback_hosts` are further hosts that may be called back over plain HTTP (localhost always may). `inbound_url` is
    where Twilio's first senders post what people write, `meta_url` where Meta's first number tells everything.
    """
    world = build(Options(Path(data), smtp_port, host, callback_hosts, f"http://{host}:{port}"))
    providers = [
        *mpesa.join(world),
        *stripe.join(world),
        *twilio.join(world, inbound_url),
        *meta.join(world, meta_url),
        *bank.join(world),
        *push.join(world),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with world.running():
            yield

    app = Sandbox(
        routes=[*providers, *api.ROUTES, *console.ROUTES],
        middleware=[Middleware(RefuseStrangers), Middleware(LogRequests, log=world.log)],
        exception_handlers={BadInput: _refused, HTTPException: _not_here, OverflowError: _too_large},  # type: ignore[dict-item]  # each gets its own kind
        lifespan=lifespan,
    )
    app.state.world = world
    return app


def _say(request: Request, message: str, status: int) -> Response:
    """A refusal as JSON, or as a page of the console for a browser."""
    if wants_json(request):
        return JSONResponse({"error": {"message": message}}, status_code=status)
    return page(request, "trouble.html", status=status, is_missing=status == 404, message=message, back=_place(request))


def _place(request: Request) -> str:
    """The page of the console that a form stands on."""
    path = request.url.path
    return path if path.startswith("/phones/") and path.count("/") == 2 else "/" + path.split("/")[1]


async def _refused(request: Request, error: BadInput) -> Response:
    return await bad_input(request, error) if wants_json(request) else _say(request, error.message, error.status)


async def _too_large(request: Request, _error: OverflowError) -> Response:
    """A number that the store cannot hold is the number of nothing."""
    return _say(request, "There is nothing with a number that large.", 404)


async def _not_here(request: Request, error: HTTPException) -> Response:
    """Unknown addresses and wrong verbs, said as the addressed API would say it."""
    if request.url.path.startswith("/stripe/v1/"):
        return gate.not_here(request, error.status_code)
    if request.url.path.startswith(META):
        return unknown(request.url.path).answer()
    if request.url.path.startswith(TWILIO):
        return (
            TwilioError(405, 20004, message="Method not allowed") if error.status_code == 405 else not_found()
        ).answer()
    if request.url.path.startswith(LOGGED):
        if error.status_code == 405:
            return DarajaError(405, "405.001", "Method Not Allowed").answer()
        return DarajaError(404, "404.001.01", "Resource not found").answer()
    return _say(
        request, "There is nothing at this address." if error.status_code == 404 else error.detail, error.status_code
    )
