"""Knows the businesses with a shortcode, and what the platform needs to be one of them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import BadInput, json_object, whole
from pamoja.sandbox.mpesa.credential import CERTIFICATE_FILE, Credential
from pamoja.sandbox.mpesa.known import (
    CONSUMER_KEY,
    CONSUMER_SECRET,
    INITIATOR_NAME,
    INITIATOR_PASSWORD,
    PASSKEY,
    PIN,
    SHORTCODE,
    SHORTCODE_NAME,
)
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World, world_of


def open_first_shortcode(world: World) -> None:
    """Makes the sandbox's own shortcode, once."""
    if world.store.one("SELECT 1 FROM organisation WHERE shortcode = ?", SHORTCODE) is None:
        _open(world, SHORTCODE, SHORTCODE_NAME, world.preferences.shortcode_opening_kes)


def _open(world: World, shortcode: str, name: str, opening_kes: int) -> None:
    world.store.insert("organisation", shortcode=shortcode, name=name, opening_kes=opening_kes, balance_kes=opening_kes)


async def list_shortcodes(request: Request) -> JSONResponse:
    """`GET /api/shortcodes`."""
    rows = world_of(request).store.all("SELECT * FROM organisation ORDER BY shortcode")
    return JSONResponse({"shortcodes": [dict(row) for row in rows]})


async def change_shortcode(request: Request) -> JSONResponse:
    """`PUT /api/shortcodes/{shortcode}`: opens one, or changes its `name` or `balance_kes`."""
    world, shortcode, wishes = world_of(request), request.path_params["shortcode"], await json_object(request)
    if not (shortcode.isdigit() and 5 <= len(shortcode) <= 7):
        raise BadInput("A shortcode has 5 to 7 digits.", field="shortcode")
    row = world.store.one("SELECT * FROM organisation WHERE shortcode = ?", shortcode)
    name, balance = _wished(world, row, wishes)
    if row is None:
        _open(world, shortcode, name, balance)
    else:
        world.store.run(
            "UPDATE organisation SET name = ?, balance_kes = ?, opening_kes = opening_kes + ? WHERE shortcode = ?",
            name,
            balance,
            balance - row["balance_kes"],
            shortcode,
        )
    return JSONResponse(dict(world.store.the("SELECT * FROM organisation WHERE shortcode = ?", shortcode)))


def _wished(world: World, row: Row | None, wishes: dict[str, Any]) -> tuple[str, int]:
    name = wishes.get("name", row["name"] if row else "BUSINESS")
    if not isinstance(name, str) or not 1 <= len(name) <= 60:
        raise BadInput("A name has 1 to 60 characters.", field="name")
    usual = row["balance_kes"] if row else world.preferences.shortcode_opening_kes
    return name, whole(wishes.get("balance_kes", usual), field="balance_kes")


async def credentials(request: Request) -> JSONResponse:
    """`GET /api/credentials`: everything the platform must be configured with."""
    world = world_of(request)
    return JSONResponse(
        {
            "base_url": str(request.base_url).rstrip("/"),
            "consumer_key": CONSUMER_KEY,
            "consumer_secret": CONSUMER_SECRET,
            "shortcode": SHORTCODE,
            "passkey": PASSKEY,
            "initiator_name": INITIATOR_NAME,
            "initiator_password": INITIATOR_PASSWORD,
            "certificate_file": str((world.options.data / CERTIFICATE_FILE).resolve()),
            "pin": PIN,
        }
    )


def certificate(credential: Credential) -> Any:
    """`GET /mpesa/certificate.pem`."""

    async def endpoint(_request: Request) -> Response:
        return Response(credential.certificate_pem, media_type="application/x-pem-file")

    return endpoint
