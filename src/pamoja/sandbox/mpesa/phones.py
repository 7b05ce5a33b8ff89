"""The phones' side for tests and the console's script: prompts, answers, messages, switches, the autopilot."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from pamoja.sandbox.answers import BadInput, json_object, whole
from pamoja.sandbox.clock import iso
from pamoja.sandbox.mpesa import autopilot, c2b, prompts
from pamoja.sandbox.mpesa.known import SHORTCODE
from pamoja.sandbox.mpesa.subscribers import subscriber, tidy_number
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World, world_of


def prompt_as_json(world: World, row: Row) -> dict[str, Any]:
    business = world.store.value("SELECT name FROM organisation WHERE shortcode = ?", row["shortcode"])
    is_open = row["answered_at"] is None
    return {
        "id": row["id"],
        "checkout_request_id": row["checkout_request_id"],
        "msisdn": row["msisdn"],
        "amount_kes": row["amount_kes"],
        "business": business,
        "shortcode": row["shortcode"],
        "reference": row["reference"],
        "description": row["description"],
        "state": ("shown" if row["shown"] else "unseen") if is_open else "ended",
        "result_code": row["result_code"],
        "result_desc": row["result_desc"],
        "receipt": row["receipt"],
        "created_at": iso(row["created_at"]),
        "expires_at": iso(row["expires_at"]),
        "answered_at": iso(row["answered_at"]),
    }


def subscriber_as_json(row: Row) -> dict[str, Any]:
    return {
        "msisdn": row["msisdn"],
        "name": row["name"],
        "balance_kes": row["balance_kes"],
        "reachable": bool(row["reachable"]),
    }


def _msisdn(request: Request) -> str:
    return tidy_number(request.path_params["msisdn"])


async def list_phones(request: Request) -> JSONResponse:
    """`GET /api/phones`."""
    rows = world_of(request).store.all("SELECT * FROM subscriber ORDER BY created_at DESC LIMIT 1000")
    return JSONResponse({"phones": [subscriber_as_json(row) for row in rows]})


async def show_phone(request: Request) -> JSONResponse:
    """`GET /api/phones/{msisdn}`."""
    return JSONResponse(subscriber_as_json(subscriber(world_of(request), _msisdn(request))))


async def change_phone(request: Request) -> JSONResponse:
    """`PUT /api/phones/{msisdn}`: `reachable`, `balance_kes`, `pin`, `name`."""
    wishes = await json_object(request)
    return JSONResponse(subscriber_as_json(change(world_of(request), _msisdn(request), wishes)))


def change(world: World, msisdn: str, wishes: dict[str, Any]) -> Row:
    """Changes what the world knows of a phone. Raises: BadInput, and then nothing has changed."""
    unknown = set(wishes) - {"reachable", "balance_kes", "pin", "name"}
    if unknown:
        raise BadInput(f"A phone has no {', '.join(sorted(unknown))}.", field=min(unknown))
    before = subscriber(world, msisdn)
    reachable = wishes.get("reachable", bool(before["reachable"]))
    pin, name = wishes.get("pin", before["pin"]), wishes.get("name", before["name"])
    if not isinstance(reachable, bool):
        raise BadInput("reachable is true or false.", field="reachable")
    if not isinstance(pin, str) or not (pin.isdigit() and len(pin) == 4):
        raise BadInput("A PIN is four digits, as text.", field="pin")
    if not isinstance(name, str) or not 1 <= len(name) <= 60:
        raise BadInput("A name has 1 to 60 characters.", field="name")
    balance = whole(wishes.get("balance_kes", before["balance_kes"]), field="balance_kes")
    world.store.run(
        """UPDATE subscriber SET reachable = ?, pin = ?, name = ?, balance_kes = ?, opening_kes = opening_kes + ?
           WHERE msisdn = ?""",
        reachable,
        pin,
        name,
        balance,
        balance - before["balance_kes"],
        msisdn,
    )
    if reachable and not before["reachable"]:
        world.agenda.add("phone.reachable", world.clock.now(), msisdn=msisdn)
    world.live.publish(f"phone:{msisdn}")
    world.live.publish("phones")
    return subscriber(world, msisdn)


async def list_prompts(request: Request) -> JSONResponse:
    """`GET /api/phones/{msisdn}/prompts`: open ones, oldest first; `?all=1` also those that ended."""
    world, msisdn = world_of(request), _msisdn(request)
    subscriber(world, msisdn)
    rows = prompts.open_prompts(world, msisdn)
    if request.query_params.get("all"):
        rows = world.store.all("SELECT * FROM prompt WHERE msisdn = ? ORDER BY id DESC LIMIT 500", msisdn)
    else:
        rows = [row for row in rows if row["shown"]]
    return JSONResponse({"prompts": [prompt_as_json(world, row) for row in rows]})


async def answer_prompt(request: Request) -> JSONResponse:
    """`POST /api/prompts/{number}/answer`: `{"pin": "1234"}` or `{"action": "cancel"}`."""
    world, body = world_of(request), await json_object(request)
    pin, action = body.get("pin"), body.get("action")
    row = prompts.answer_by_hand(
        world,
        request.path_params["number"],
        pin=None if pin is None else str(pin),
        action=None if action is None else str(action),
    )
    return JSONResponse(prompt_as_json(world, row))


async def list_messages(request: Request) -> JSONResponse:
    """`GET /api/phones/{msisdn}/messages`: text messages, newest first."""
    world, msisdn = world_of(request), _msisdn(request)
    subscriber(world, msisdn)
    rows = world.store.all("SELECT * FROM text_message WHERE msisdn = ? ORDER BY id DESC LIMIT 200", msisdn)
    return JSONResponse({"messages": [dict(row) | {"at": iso(row["at"])} for row in rows]})


async def pay_by_menu(request: Request) -> JSONResponse:
    """`POST /api/phones/{msisdn}/pay`: `amount_kes`, `reference`, `shortcode`."""
    world, msisdn, body = world_of(request), _msisdn(request), await json_object(request)
    return JSONResponse(await pay(world, msisdn, body))


async def pay(world: World, msisdn: str, body: dict[str, Any]) -> dict[str, Any]:
    """Raises: BadInput when the order makes no sense; nothing has moved then."""
    shortcode, reference = str(body.get("shortcode") or SHORTCODE), str(body.get("reference") or "")
    amount_kes = whole(body.get("amount_kes"), field="amount_kes", least=1, most=10**9)
    if world.store.one("SELECT 1 FROM organisation WHERE shortcode = ?", shortcode) is None:
        raise BadInput("There is no business with this number.", field="shortcode")
    if not 1 <= len(reference) <= 20:
        raise BadInput("An account number has 1 to 20 characters.", field="reference")
    subscriber(world, msisdn)
    return await c2b.pay(world, shortcode=shortcode, msisdn=msisdn, amount_kes=amount_kes, reference=reference)


async def show_autopilot(request: Request) -> JSONResponse:
    return JSONResponse(autopilot.settings(world_of(request)))


async def set_autopilot(request: Request) -> JSONResponse:
    return JSONResponse(autopilot.change(world_of(request), await json_object(request)))
