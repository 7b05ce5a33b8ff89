"""The gateway in front of Twilio's APIs: Basic authentication, faults at the gate, and Twilio's error envelope."""

import asyncio
import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pamoja.sandbox.answers import BadInput
from pamoja.sandbox.faults import GATE
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.twilio.known import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN, text_of
from pamoja.sandbox.world import World, world_of

Endpoint = Callable[[Request], Awaitable[Response]]
SCOPE = "message"
BODY_BYTES_MAX = 100_000
FIELDS_MAX = 200
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class TwilioError(Exception):
    """Twilio refuses: nothing was accepted."""

    def __init__(self, status: int, code: int, *words: str, message: str = "") -> None:
        self.status, self.code, self.message = status, code, message or text_of(code, *words)
        super().__init__(self.message)

    def answer(self) -> JSONResponse:
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return JSONResponse(body, status_code=self.status)


def refused(code: int, *words: str) -> TwilioError:
    return TwilioError(400, code, *words)


def not_found() -> TwilioError:
    return TwilioError(404, 20404)


def behind_the_gate(endpoint: Endpoint) -> Endpoint:
    """An endpoint that answers once the credentials are good and no fault strikes."""

    async def guarded(request: Request) -> Response:
        request.scope["sandbox.scope"] = SCOPE
        try:
            _check_credentials(request)
            trouble = await _trouble_at_the_gate(world_of(request), request)
            return trouble or await endpoint(request)
        except TwilioError as error:
            return error.answer()
        except BadInput as error:
            return TwilioError(400, 20001, message=error.message).answer()

    return guarded


async def form_of(request: Request) -> dict[str, list[str]]:
    """The posted fields; a name may come several times. Raises: TwilioError when there is no reading it."""
    raw = await request.body()
    try:
        if len(raw) > BODY_BYTES_MAX:
            raise refused(20001)
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise refused(20001) from None
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def _check_credentials(request: Request) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        user = password = ""
    known = {ACCOUNT_SID: AUTH_TOKEN, API_KEY_SID: API_KEY_SECRET}.get(user, "")
    if scheme.lower() != "basic" or not known or not secrets.compare_digest(known.encode(), password.encode()):
        raise TwilioError(401, 20003)
    if request.path_params.get("account", ACCOUNT_SID) != ACCOUNT_SID:
        raise not_found()


async def _trouble_at_the_gate(world: World, request: Request) -> Response | None:
    form = await form_of(request) if request.method == "POST" and "json" not in _kind(request) else {}
    struck = await struck_at_the_gate(world, request, subject=form.get("To", [""])[0])
    if "too_many_requests" in struck:
        raise TwilioError(429, 20429)
    if "internal_error" in struck:
        raise TwilioError(500, 20500)
    return HTMLResponse(BAD_GATEWAY, status_code=502) if "html_error" in struck else None


async def struck_at_the_gate(world: World, request: Request, *, subject: str) -> set[str]:
    """Which faults strike this request; the slow answer has been waited for. Raises: HungUp."""
    struck = world.faults.strike(GATE, scope=SCOPE, subject=subject)
    request.scope["sandbox.notes"].extend(f"fault: {kind}" for kind in struck)
    if "slow_answer" in struck:
        await asyncio.sleep(min(struck["slow_answer"]["delay_ms"], 120_000) / 1000)
    if "request_lost" in struck:
        raise HungUp
    return set(struck)


def _kind(request: Request) -> str:
    return request.headers.get("Content-Type", "")
