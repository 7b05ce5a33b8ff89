"""Gives the push service its addresses: where it is told to wake a browser, and where tests and the console look."""

import re
import time
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pamoja.sandbox.answers import json_object, whole
from pamoja.sandbox.clock import iso
from pamoja.sandbox.push import browsers
from pamoja.sandbox.push.opening import Refused, opened, sender_of
from pamoja.sandbox.trouble import trouble
from pamoja.sandbox.world import World, world_of

SCOPE = "push"
BODY_BYTES_MAX = 4096
URGENCIES = ("very-low", "low", "normal", "high")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


async def wake(request: Request) -> Response:
    """`POST /push/{token}`: 201 when the browser was woken, else why not. Source: RFC 8030, section 5."""
    request.scope["sandbox.scope"] = SCOPE
    world, token = world_of(request), request.path_params["token"]
    if refusal := await trouble(request, scope=SCOPE, subject=token):
        return refusal
    try:
        return await _woken(world, request, token)
    except Refused as refused:
        request.scope["sandbox.notes"].append(refused.reason)
        return Response(refused.reason, status_code=refused.status, media_type="text/plain")


async def _woken(world: World, request: Request, token: str) -> Response:
    row = world.store.one("SELECT * FROM push_browser WHERE token = ?", token)
    if row is None or row["gone_status"]:
        raise Refused(row["gone_status"] if row else 404, "this browser is no longer woken")
    headers, sealed = request.headers, await request.body()
    parts = urlsplit(world.options.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    sender = sender_of(headers.get("Authorization", ""), origin=origin, now_s=time.time())
    if row["server_key"] and row["server_key"] != sender.key:
        raise Refused(403, "the browser subscribed to another sender's key")
    if not headers.get("TTL", "").isdigit():
        raise Refused(400, "TTL is missing")
    if len(sealed) > BODY_BYTES_MAX:
        raise Refused(413, "at most 4096 bytes")
    topic, urgency = headers.get("Topic", ""), headers.get("Urgency", "normal")
    if (topic and not _TOPIC.fullmatch(topic)) or urgency not in URGENCIES:
        raise Refused(400, "Topic or Urgency is none")
    if headers.get("Content-Encoding") != "aes128gcm":
        raise Refused(415, "Content-Encoding must be aes128gcm")
    body = opened(sealed, private_key=row["private_key"], p256dh=row["p256dh"], auth=row["auth"])
    number = _shown(world, token=token, topic=topic, urgency=urgency, body=body, contact=sender.contact)
    return Response(status_code=201, headers={"Location": f"/push/notices/{number}"})


def _shown(world: World, *, token: str, topic: str, urgency: str, body: str, contact: str) -> int:
    """What has the same topic as one that is there takes its place. Source: RFC 8030, section 5.4."""
    with world.store.transaction():
        if topic:
            world.store.run("DELETE FROM push_notice WHERE token = ? AND topic = ?", token, topic)
        number = world.store.insert(
            "push_notice",
            token=token,
            topic=topic,
            urgency=urgency,
            body=body,
            sender=contact,
            at=world.clock.now().timestamp(),
        )
    world.live.publish("push")
    return number


async def list_browsers(request: Request) -> JSONResponse:
    """`GET /api/push/browsers`: newest first."""
    world = world_of(request)
    rows = world.store.all("SELECT * FROM push_browser ORDER BY at DESC, token")
    return JSONResponse({"browsers": [browsers.as_json(world, row) for row in rows]})


async def make_browser(request: Request) -> JSONResponse:
    """`POST /api/push/browsers` `{"name"?, "applicationServerKey"?}`: what `PushManager.subscribe` gives."""
    world, wish = world_of(request), await json_object(request)
    name, key = str(wish.get("name", "")), str(wish.get("applicationServerKey") or "")
    return JSONResponse(browsers.as_json(world, browsers.make_browser(world, name=name, server_key=key)))


async def change_browser(request: Request) -> Response:
    """`PUT /api/push/browsers/{token}` `{"gone_status": 410}`: its endpoint answers so from now on."""
    world, wish = world_of(request), await json_object(request)
    status = whole(wish.get("gone_status"), field="gone_status", most=599)
    browsers.go_away(world, request.path_params["token"], status)
    return Response(status_code=204)


async def list_notices(request: Request) -> JSONResponse:
    """`GET /api/push/browsers/{token}/notices`: what the browser showed, newest first."""
    world = world_of(request)
    row = browsers.browser(world, request.path_params["token"])
    found = world.store.all("SELECT * FROM push_notice WHERE token = ? ORDER BY id DESC LIMIT 200", row["token"])
    notices = [dict(each) | {"at": iso(each["at"])} for each in found]
    return JSONResponse({"notices": notices})


def join(world: World) -> list[Route]:
    """The push service's routes."""
    return [
        Route("/push/{token}", wake, methods=["POST"]),
        Route("/api/push/browsers", list_browsers, methods=["GET"]),
        Route("/api/push/browsers", make_browser, methods=["POST"]),
        Route("/api/push/browsers/{token}", change_browser, methods=["PUT"]),
        Route("/api/push/browsers/{token}/notices", list_notices, methods=["GET"]),
    ]
