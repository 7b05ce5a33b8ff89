"""What a person does with the chat on a phone's page: write, press a button, pick from a list, send a picture."""

import mimetypes
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import BadInput
from pamoja.sandbox.console.frame import back, form_of
from pamoja.sandbox.mpesa.subscribers import subscriber, tidy_number
from pamoja.sandbox.twilio import inbound, media, phones
from pamoja.sandbox.twilio.inbound import Said
from pamoja.sandbox.twilio.known import MEDIA_TYPES, SMS_SENDER, WHATSAPP_SENDER
from pamoja.sandbox.world import world_of

HERE = Said(place={"latitude": "-1.2921", "longitude": "36.8219", "label": "Nairobi", "address": "Kenyatta Avenue"})


async def say(request: Request) -> Response:
    """A message was typed, or something on the screen pressed."""
    form, world = await form_of(request), world_of(request)
    person = subscriber(world, tidy_number(request.path_params["msisdn"]))["msisdn"]
    app = form.get("app", "chat")
    sender = form.get("sender") or (SMS_SENDER if app == "texts" else WHATSAPP_SENDER)
    if form.get("press"):
        sender, said = inbound.pressed(world, person, form.get("sid", ""), form["press"])
    elif form.get("place"):
        said = HERE
    else:
        said = Said(body=form.get("body", ""), reply_to=form.get("reply_to", ""))
    inbound.say(world, person, sender, said)
    return back(request, f"/phones/{person}?{urlencode({'app': app, 'with': sender})}")


async def send_picture(request: Request) -> Response:
    """A file was chosen."""
    world = world_of(request)
    person = subscriber(world, tidy_number(request.path_params["msisdn"]))["msisdn"]
    async with request.form(max_fields=5, max_files=1) as form:
        file = form.get("picture")
        if not isinstance(file, UploadFile) or not file.filename:
            raise BadInput("Choose a file first.", field="picture")
        kind = file.content_type or mimetypes.guess_type(file.filename)[0] or ""
        body = await file.read(media.most_bytes(kind) + 1)
        sender = str(form.get("sender") or WHATSAPP_SENDER)
    if kind not in MEDIA_TYPES or not 0 < len(body) <= media.most_bytes(kind):
        raise BadInput("WhatsApp takes pictures to 5 MB, and PDF, audio and video to 16 MB.", field="picture")
    inbound.say(world, person, sender, Said(picture=(kind, body)))
    return back(request, f"/phones/{person}?{urlencode({'with': sender})}")


async def change_whatsapp(request: Request) -> Response:
    """The number hidden or shown, WhatsApp installed or removed."""
    form, world = await form_of(request), world_of(request)
    person = subscriber(world, tidy_number(request.path_params["msisdn"]))["msisdn"]
    phones.change(world, person, {name: value == "yes" for name, value in form.items()})
    return back(request, f"/phones/{person}")
