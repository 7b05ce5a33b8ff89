"""Files that are uploaded to be sent, and those that people sent: described by id, and handed out with the token."""

import secrets
from hashlib import sha256

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.meta.gate import GraphError, unknown
from pamoja.sandbox.meta.known import DOOR, MEDIA_BYTES_MOST
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import people
from pamoja.sandbox.twilio.media import SAFELY
from pamoja.sandbox.world import world_of


async def upload(request: Request, number: Row) -> Response:
    """`POST /{version}/{number}/media`: a form with `messaging_product`, `type` and `file`."""
    async with request.form(max_fields=5, max_files=1) as form:
        file, kind = form.get("file"), str(form.get("type") or "")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, UploadFile):
            raise GraphError(400, 100, "messaging_product and file are required.")
        kind = file.content_type or kind
        most = MEDIA_BYTES_MOST.get(kind, 0)
        body = await file.read(most + 1)
        name = file.filename or ""
    if not 0 < len(body) <= most:
        raise GraphError(400, 131053, f"WhatsApp does not take {kind or 'this'}, or not of this size.")
    media_id = str(secrets.randbelow(9 * 10**14) + 10**14)
    world_of(request).store.insert(
        "twilio_media",
        sid=media_id,
        message_sid=f"upload:{number['number_id']}",
        content_type=kind,
        name=name[:60],
        body=body,
    )
    return JSONResponse({"id": media_id})


async def show(request: Request, number: Row) -> Response:
    """`GET /{version}/{object}`: what a number is called, or where a medium can be fetched."""
    world, asked = world_of(request), request.path_params["object"]
    if asked == number["number_id"]:
        sender = people.keep_sender(world, number["address"])
        shown = number["address"].removeprefix(people.WHATSAPP)
        return JSONResponse({"id": asked, "display_phone_number": shown, "verified_name": sender["name"]})
    row = _found(request, asked)
    return JSONResponse(
        {
            "messaging_product": "whatsapp",
            "id": asked,
            "url": f"{world.options.url}{DOOR}{request.path_params['version']}/{asked}/download",
            "mime_type": row["content_type"],
            "sha256": sha256(row["body"]).hexdigest(),
            "file_size": str(len(row["body"])),
        }
    )


async def download(request: Request, number: Row) -> Response:
    """The bytes; also here only with the token."""
    row = _found(request, request.path_params["object"])
    return Response(row["body"], media_type=row["content_type"], headers=SAFELY)


async def delete(request: Request, number: Row) -> Response:
    """`DELETE /{version}/{medium}`."""
    row = _found(request, request.path_params["object"])
    world_of(request).store.run("DELETE FROM twilio_media WHERE sid = ?", row["sid"])
    return JSONResponse({"success": True})


def _found(request: Request, media_id: str) -> Row:
    row = world_of(request).store.one("SELECT * FROM twilio_media WHERE sid = ?", media_id)
    if row is None:
        raise unknown(media_id)
    return row
