"""The platform's numbers at Meta: what opens them, and where is told what happens on them."""

import secrets
from urllib.parse import urlencode

import aiohttp
from starlette.requests import Request
from starlette.responses import JSONResponse

from pamoja.sandbox.answers import BadInput, json_object
from pamoja.sandbox.meta.known import APP_SECRET, BUSINESS_ID, NUMBER, NUMBER_ID, TOKEN
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import people
from pamoja.sandbox.world import World, world_of

TIMEOUT = aiohttp.ClientTimeout(total=10)
SETTABLE = ("business_id", "token", "app_secret", "webhook_url")


def open_first_number(world: World, webhook_url: str) -> None:
    """A given address is believed without asking: it comes from who started this world."""
    if with_id(world, NUMBER_ID) is None:
        keep(world, NUMBER_ID, NUMBER, "Pamoja at Meta")
    if webhook_url:
        world.store.run("UPDATE meta_number SET webhook_url = ? WHERE number_id = ?", webhook_url, NUMBER_ID)


def keep(world: World, number_id: str, number: str, name: str) -> None:
    """A new number. Raises: BadInput where another id has it already."""
    address = f"{people.WHATSAPP}{number}"
    if not people.is_address(address) or people.sender(world, address) is not None:
        raise BadInput("number is a free one in E.164.", field="number")
    with world.store.transaction():
        people.keep_sender(world, address, name=name, provider="meta")
        world.store.insert(
            "meta_number",
            number_id=number_id,
            business_id=BUSINESS_ID,
            address=address,
            token=TOKEN,
            app_secret=APP_SECRET,
            made_at=world.clock.now().timestamp(),
        )


def with_id(world: World, number_id: str) -> Row | None:
    return world.store.one("SELECT * FROM meta_number WHERE number_id = ?", number_id)


def of_sender(world: World, address: str) -> Row:
    return world.store.the("SELECT * FROM meta_number WHERE address = ?", address)


def of_business(world: World, business_id: str) -> Row | None:
    return world.store.one("SELECT * FROM meta_number WHERE business_id = ? LIMIT 1", business_id)


async def list_all(request: Request) -> JSONResponse:
    """`GET /api/meta/numbers`."""
    rows = world_of(request).store.all("SELECT * FROM meta_number ORDER BY made_at, number_id")
    return JSONResponse({"numbers": [_as_json(world_of(request), row) for row in rows]})


async def change(request: Request) -> JSONResponse:
    """`PUT /api/meta/numbers/{number_id}`: made with `number` when it is new; `name`, and what opens it.

    With `webhook_url` and `verify_token` the address is asked, as Meta does, before it is believed: 409 where it does
    not answer with the challenge.
    """
    world, number_id, wish = world_of(request), request.path_params["number_id"], await json_object(request)
    if unknown := set(wish) - {"number", "name", "verify_token", *SETTABLE}:
        raise BadInput(f"A number has no {', '.join(sorted(unknown))}.", field=min(unknown))
    if wish.get("webhook_url") and not await _answers(str(wish["webhook_url"]), str(wish.get("verify_token", ""))):
        raise BadInput("The address did not answer with the challenge.", field="webhook_url", status=409)
    if with_id(world, number_id) is None:
        keep(world, number_id, str(wish.get("number") or ""), str(wish.get("name") or "Pamoja"))
    row = world.store.the("SELECT * FROM meta_number WHERE number_id = ?", number_id)
    if "name" in wish:
        people.keep_sender(world, row["address"], name=str(wish["name"]))
    for column in SETTABLE:
        if column in wish:
            world.store.run(f"UPDATE meta_number SET {column} = ? WHERE number_id = ?", str(wish[column]), number_id)  # noqa: S608 - the columns are the four above
    return JSONResponse(_as_json(world, world.store.the("SELECT * FROM meta_number WHERE number_id = ?", number_id)))


async def _answers(url: str, verify_token: str) -> bool:
    challenge = str(secrets.randbelow(10**10))
    query = urlencode({"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge})
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, session.get(f"{url}?{query}") as answer:
            return answer.status == 200 and (await answer.content.read(300)).decode("utf-8", "replace") == challenge
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return False


def _as_json(world: World, row: Row) -> dict[str, str]:
    name = people.keep_sender(world, row["address"])["name"]
    number = row["address"].removeprefix(people.WHATSAPP)
    return {"number_id": row["number_id"], "number": number, "name": name} | {key: row[key] for key in SETTABLE}
