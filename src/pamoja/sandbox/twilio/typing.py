"""The typing indicator: marks what a person wrote as read and shows "typing…" for a while, or until the answer."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import BadInput, json_object
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import messages
from pamoja.sandbox.twilio.gate import form_of, not_found, refused
from pamoja.sandbox.twilio.orders import one
from pamoja.sandbox.world import World, world_of

SHOWN_S = 25


async def indicate(request: Request) -> Response:
    """`POST /v2/Indicators/Typing.json` as a form, or `/v3/…` as JSON: `channel=whatsapp`, `messageId=SM…`."""
    world = world_of(request)
    if request.url.path.startswith("/v3/"):
        try:
            body = await json_object(request)
        except BadInput:
            raise refused(20001) from None
        channel, sid = str(body.get("channel") or ""), str(body.get("messageId") or "")
    else:
        form = await form_of(request)
        channel, sid = one(form, "channel"), one(form, "messageId")
    message = messages.by_sid(world, sid)
    if channel.lower() != "whatsapp" or message is None or message["direction"] != "inbound":
        raise not_found()
    be_seen(world, message, is_typing=True)
    return JSONResponse({"success": True})


def be_seen(world: World, message: Row, *, is_typing: bool) -> None:
    """The platform has read what a person wrote, up to this message, and perhaps begins to answer."""
    now_s = world.clock.now().timestamp()
    with world.store.transaction():
        world.store.run(
            """UPDATE twilio_message SET seen_at = ?
               WHERE sender = ? AND person = ? AND id <= ? AND direction = 'inbound' AND seen_at IS NULL""",
            now_s,
            message["sender"],
            message["person"],
            message["id"],
        )
        if is_typing:
            world.store.run(
                "UPDATE twilio_chat SET typing_until = ? WHERE sender = ? AND person = ?",
                now_s + SHOWN_S,
                message["sender"],
                message["person"],
            )
    world.live.publish(f"phone:{message['person']}")
