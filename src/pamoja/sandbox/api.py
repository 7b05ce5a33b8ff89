"""The sandbox's own JSON API for tests and simulations: clock, faults, preferences, mail, the log, and waiting."""

import asyncio
import time
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pamoja.sandbox import mailbox
from pamoja.sandbox.answers import BadInput, json_object, seconds, whole
from pamoja.sandbox.clock import Clock, iso, read_iso
from pamoja.sandbox.request_log import as_json
from pamoja.sandbox.world import World, world_of

LOOK_S = 0.02


async def health(request: Request) -> JSONResponse:
    """`GET /health`."""
    world = world_of(request)
    return JSONResponse({"status": "ok", "now": iso(world.clock.now()), "smtp_port": world.options.smtp_port})


async def show_clock(request: Request) -> JSONResponse:
    """`GET /clock`."""
    return JSONResponse(_time(world_of(request).clock))


async def turn_clock(request: Request) -> JSONResponse:
    """`PUT /clock`: `{"now": ISO}`, `{"advance_s": N}`, `{"real": true}`; answers when all due has happened."""
    world = world_of(request)
    happened = turn(world, await json_object(request))
    return JSONResponse(_time(world.clock) | {"happened": happened})


def turn(world: World, wish: dict[str, Any]) -> int:
    """Turns the clock and returns how much became due by that. Raises: BadInput, and then it was not turned."""
    if set(wish) == {"now"}:
        world.clock.turn_to(read_iso(wish["now"], field="now"))
    elif set(wish) == {"advance_s"}:
        world.clock.advance(seconds(wish["advance_s"], field="advance_s", least=-(10.0**9), most=10.0**9))
    elif wish == {"real": True}:
        world.clock.back_to_real()
    else:
        raise BadInput(
            'Turn the clock with one of {"now": "2026-11-21T08:34:00Z"}, {"advance_s": 3600}, {"real": true}.'
        )
    happened = world.agenda.clock_was_turned()
    world.live.publish("clock")
    return happened


def _time(clock: Clock) -> dict[str, Any]:
    return {"now": iso(clock.now()), "offset_s": clock.offset_s}


async def settle(request: Request) -> JSONResponse:
    """`POST /api/settle`: waits until nothing is due and no callback is on its way; `{"timeout_s": 10}`."""
    world, body = world_of(request), await json_object(request)
    until = time.monotonic() + seconds(body.get("timeout_s", 10), field="timeout_s", most=300)
    while not world.is_settled and time.monotonic() < until:
        await asyncio.sleep(LOOK_S)
    return JSONResponse({"settled": world.is_settled})


async def show_faults(request: Request) -> JSONResponse:
    """`GET /api/faults`."""
    return JSONResponse(world_of(request).faults.as_json())


async def set_faults(request: Request) -> JSONResponse:
    """`PUT /api/faults`: `{"seed": 7, "faults": {"callback_lost": {"probability": 0.1}}}`; what is not named is off."""
    faults, body = world_of(request).faults, await json_object(request)
    wishes, seed = body.get("faults", {}), body.get("seed")
    if not isinstance(wishes, dict):
        raise BadInput("faults is an object from kinds to settings.", field="faults")
    faults.set_all(wishes, seed=None if seed is None else whole(seed, field="seed", most=2**63))
    world_of(request).live.publish("faults")
    return JSONResponse(faults.as_json())


async def set_fault(request: Request) -> JSONResponse:
    """`PUT /api/faults/{kind}`: `{"probability": 0.1}` or `{"next": 3}`, with `scope` and the fault's numbers."""
    faults = world_of(request).faults
    faults.set_one(request.path_params["kind"], await json_object(request))
    world_of(request).live.publish("faults")
    return JSONResponse(faults.as_json())


async def clear_faults(request: Request) -> JSONResponse:
    """`DELETE /api/faults`: all off."""
    faults = world_of(request).faults
    faults.set_all({})
    world_of(request).live.publish("faults")
    return JSONResponse(faults.as_json())


async def show_preferences(request: Request) -> JSONResponse:
    """`GET /api/preferences`."""
    return JSONResponse(asdict(world_of(request).preferences))


async def set_preferences(request: Request) -> JSONResponse:
    """`PUT /api/preferences`: changes the named ones."""
    world = world_of(request)
    world.prefer(await json_object(request))
    return JSONResponse(asdict(world.preferences))


async def list_requests(request: Request) -> JSONResponse:
    """`GET /api/requests`: newest first; `direction` in or out, `scope`, `q`, `trouble=1`, `before`, `limit`."""
    query = request.query_params
    rows = world_of(request).log.find(
        direction=query.get("direction", ""),
        scope=query.get("scope", ""),
        text=query.get("q", ""),
        trouble=bool(query.get("trouble")),
        before=whole(query.get("before", 0), field="before"),
        limit=whole(query.get("limit", 100), field="limit", least=1, most=1000),
    )
    return JSONResponse({"requests": [as_json(row) for row in rows]})


async def forget_requests(request: Request) -> Response:
    """`DELETE /api/requests`."""
    return JSONResponse({"deleted": world_of(request).log.forget()})


ROUTES = [
    Route("/health", health, methods=["GET"]),
    Route("/clock", show_clock, methods=["GET"]),
    Route("/clock", turn_clock, methods=["PUT"]),
    Route("/api/settle", settle, methods=["POST"]),
    Route("/api/faults", show_faults, methods=["GET"]),
    Route("/api/faults", set_faults, methods=["PUT"]),
    Route("/api/faults", clear_faults, methods=["DELETE"]),
    Route("/api/faults/{kind}", set_fault, methods=["PUT"]),
    Route("/api/preferences", show_preferences, methods=["GET"]),
    Route("/api/preferences", set_preferences, methods=["PUT"]),
    Route("/api/mail", mailbox.list_mail, methods=["GET"]),
    Route("/api/mail", mailbox.delete_mail, methods=["DELETE"]),
    Route("/api/mail/{number:int}", mailbox.read_mail, methods=["GET"]),
    Route("/api/mail/{number:int}", mailbox.delete_mail, methods=["DELETE"]),
    Route("/api/requests", list_requests, methods=["GET"]),
    Route("/api/requests", forget_requests, methods=["DELETE"]),
]
