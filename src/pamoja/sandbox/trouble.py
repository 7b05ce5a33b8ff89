"""The faults at the gate of a plain JSON list: it answers late, refuses, or hangs up."""

import asyncio

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pamoja.sandbox.faults import GATE
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.world import world_of

DELAY_MOST_MS = 120_000
REFUSALS = {"too_many_requests": 429, "internal_error": 500}


async def trouble(request: Request, *, scope: str, subject: str) -> Response | None:
    """The refusal that a fault has in store for this request, if any. Raises: HungUp."""
    struck = world_of(request).faults.strike(GATE, scope=scope, subject=subject)
    request.scope["sandbox.notes"].extend(f"fault: {kind}" for kind in struck)
    if "slow_answer" in struck:
        await asyncio.sleep(min(struck["slow_answer"]["delay_ms"], DELAY_MOST_MS) / 1000)
    if "request_lost" in struck:
        raise HungUp
    if "html_error" in struck:
        return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", status_code=502)
    for kind, status in REFUSALS.items():
        if kind in struck:
            return JSONResponse({"error": {"message": "Try again later."}}, status_code=status)
    return None
