"""The phones: prompts to answer, messages to read, and the switches of a phone."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import BadInput, Unknown, whole
from pamoja.sandbox.console.frame import back, form_of, page
from pamoja.sandbox.mpesa import autopilot, phones, prompts
from pamoja.sandbox.mpesa.known import SHORTCODE
from pamoja.sandbox.mpesa.subscribers import subscriber, tidy_number
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import inbound, people
from pamoja.sandbox.twilio.known import WHATSAPP_SENDER
from pamoja.sandbox.twilio.phones import is_typing, thread
from pamoja.sandbox.world import World, world_of

PAGE = 50
THREAD_SHOWN = 60


def _msisdn(request: Request) -> str:
    return tidy_number(request.path_params["msisdn"])


async def list_phones(request: Request) -> Response:
    world, text = world_of(request), request.query_params.get("q", "").strip()
    pattern = tidy_number(text).lower()
    rows = world.store.all(
        """SELECT subscriber.*, (SELECT count(*) FROM prompt
                                 WHERE prompt.msisdn = subscriber.msisdn AND answered_at IS NULL AND shown) AS waiting
           FROM subscriber WHERE ? = '' OR instr(msisdn, ?) > 0 OR instr(lower(name), ?) > 0
           ORDER BY waiting DESC, created_at DESC, msisdn LIMIT ?""",
        text,
        pattern,
        pattern,
        PAGE,
    )
    return page(
        request, "phones.html", people=rows, text=text, autopilot=autopilot.settings(world), answers=autopilot.ANSWERS
    )


async def find_phone(request: Request) -> Response:
    """Goes to a phone by its number, made if nobody has called it yet."""
    person = subscriber(world_of(request), tidy_number((await form_of(request)).get("msisdn", "")))
    return back(request, f"/phones/{person['msisdn']}")


async def show_phone(request: Request) -> Response:
    world = world_of(request)
    person = subscriber(world, _msisdn(request))
    msisdn = person["msisdn"]
    app = "texts" if request.query_params.get("app") == "texts" else "chat"
    contact = _contact(world, msisdn, request.query_params.get("with", ""))
    if app == "chat":
        inbound.see_all(world, msisdn, world.clock.now())
    decision = autopilot.decision(world, msisdn=msisdn, amount_kes=100, nth=person["prompts_seen"])
    return page(
        request,
        "phone.html",
        person=person,
        shortcode=SHORTCODE,
        answers_itself=decision is not None,
        prompts=[_described(world_of(request), row) for row in prompts.open_prompts(world, msisdn) if row["shown"]],
        unseen=[row for row in prompts.open_prompts(world, msisdn) if not row["shown"]],
        ended=world.store.all(
            "SELECT * FROM prompt WHERE msisdn = ? AND answered_at IS NOT NULL ORDER BY answered_at DESC LIMIT 5",
            msisdn,
        ),
        app=app,
        thread=thread(world, msisdn, limit=THREAD_SHOWN, sender=contact["address"]),
        typing=is_typing(world, msisdn),
        whatsapp=people.phone(world, msisdn),
        contact=contact["name"],
        sender=contact["address"],
        contacts=[row for row in people.senders(world) if people.channel_of(row["address"]) == "whatsapp"],
        draft=request.query_params.get("text", "")[:1600],
        texts=_texts(world, msisdn),
        others=world.store.all(
            """SELECT subscriber.*, (SELECT count(*) FROM twilio_message WHERE person = msisdn AND status = 'delivered')
                 + (SELECT count(*) FROM prompt WHERE prompt.msisdn = subscriber.msisdn
                    AND answered_at IS NULL AND shown) AS news
               FROM subscriber WHERE msisdn <> ? ORDER BY news DESC, created_at DESC LIMIT 8""",
            msisdn,
        ),
    )


def _contact(world: World, person: str, wanted: str) -> Row:
    """Who is on the other side of the chat: who was asked for, who wrote last, else the platform's first address."""
    last = world.store.value(
        "SELECT sender FROM twilio_message WHERE person = ? AND sender LIKE 'whatsapp:%' ORDER BY id DESC LIMIT 1",
        person,
    )
    found = people.sender(world, wanted) if people.channel_of(wanted) == "whatsapp" else None
    return found or people.keep_sender(world, last or WHATSAPP_SENDER)


def _texts(world: World, person: str) -> list[dict[str, Any]]:
    """Text messages both ways, newest first."""
    received = world.store.all(
        "SELECT sender, body, at FROM text_message WHERE msisdn = ? ORDER BY id DESC LIMIT 20", person
    )
    sent = [line for line in thread(world, person, "sms", limit=20) if line["mine"]]
    lines = [dict(row) | {"mine": False} for row in received]
    lines += [{"sender": line["sender"], "body": line["body"], "at": line["at_s"], "mine": True} for line in sent]
    return sorted(lines, key=lambda line: -line["at"])


def _described(world: Any, row: Any) -> dict[str, Any]:
    return dict(row) | {
        "business": world.store.value("SELECT name FROM organisation WHERE shortcode = ?", row["shortcode"]),
        "seconds_left": max(0, round(row["expires_at"] - world.clock.now().timestamp())),
    }


async def phone_events(request: Request) -> Response:
    return world_of(request).live.stream(f"phone:{_msisdn(request)}", "clock")


async def answer_prompt(request: Request) -> Response:
    """The PIN was typed, or another button pressed."""
    form, world = await form_of(request), world_of(request)
    action = form.get("action") or "pin"
    pin = form.get("pin", "") if action == "pin" else None
    if pin is not None and not (pin.isdigit() and len(pin) == 4):
        raise BadInput("A PIN has four digits.", field="pin")
    row = prompts.answer_by_hand(
        world, request.path_params["number"], pin=pin, action=None if action == "pin" else action
    )
    return back(request, f"/phones/{row['msisdn']}")


async def change_phone(request: Request) -> Response:
    """Money put into the account, or the phone switched on or off."""
    form, world, msisdn = await form_of(request), world_of(request), _msisdn(request)
    wishes: dict[str, Any] = {}
    if "balance_kes" in form:
        wishes["balance_kes"] = whole(form["balance_kes"].replace(",", ""), field="balance_kes", most=10**9)
    if "reachable" in form:
        wishes["reachable"] = form["reachable"] == "yes"
    phones.change(world, msisdn, wishes)
    return back(request, f"/phones/{msisdn}")


async def pay_by_menu(request: Request) -> Response:
    form, world, msisdn = await form_of(request), world_of(request), _msisdn(request)
    result = await phones.pay(world, msisdn, form)
    if not result["paid"]:
        raise BadInput(
            f"The payment was refused by {result['refused_by']} ({result['code']}). No money has moved.", status=409
        )
    return back(request, f"/phones/{msisdn}")


async def set_autopilot(request: Request) -> Response:
    form, world = await form_of(request), world_of(request)
    delay = whole(form.get("delay_s") or 0, field="delay_s", most=86_400)
    kept = autopilot.settings(world)
    mix = {"pin": 8, "cancel": 1, "ignore": 1} if form.get("answer") == "mix" else kept["mix"]
    autopilot.change(world, kept | {"answer": form.get("answer", "off"), "delay_s": delay, "mix": mix})
    world.live.publish("phones")
    return back(request, "/phones")


async def open_chat(request: Request) -> Response:
    """`GET /wa.me/{number}?text=`: what such a link opens; here it is asked on whose phone."""
    world, number = world_of(request), request.path_params["number"]
    sender = people.sender(world, f"whatsapp:+{number}")
    if sender is None:
        raise Unknown("WhatsApp number like that")
    rows = world.store.all("SELECT * FROM subscriber ORDER BY created_at DESC, msisdn LIMIT 12")
    return page(request, "wa.html", sender=sender, draft=request.query_params.get("text", "")[:1600], people=rows)


async def enter_chat(request: Request) -> Response:
    """A phone was chosen."""
    form, world = await form_of(request), world_of(request)
    person = subscriber(world, tidy_number(form.get("msisdn", "")))
    query = urlencode({"with": f"whatsapp:+{request.path_params['number']}", "text": form.get("text", "")})
    return back(request, f"/phones/{person['msisdn']}?{query}")
