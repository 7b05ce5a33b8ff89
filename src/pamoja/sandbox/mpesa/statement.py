"""Lists what really moved, whatever was told of it, and proves that the balances add up."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from pamoja.sandbox.answers import whole
from pamoja.sandbox.clock import iso
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World, world_of

FILTERS = ("kind", "direction", "shortcode", "msisdn", "receipt", "operation", "originator", "reference")


async def statement(request: Request) -> JSONResponse:
    """`GET /mpesa/statement`: oldest first; any column as a filter, `after` an id, `limit`."""
    world, query = world_of(request), request.query_params
    rows = movements(
        world,
        {name: query[name] for name in FILTERS if name in query},
        after=whole(query.get("after", 0), field="after"),
        limit=whole(query.get("limit", 1_000_000), field="limit", least=1),
    )
    return JSONResponse({"movements": [as_json(row) for row in rows], "proof": proof(world)})


def movements(
    world: World, filters: dict[str, str], *, after: int = 0, limit: int = 100, newest_first: bool = False
) -> list[Row]:
    wanted = " AND ".join(["id > ?", *(f"{name} = ?" for name in filters)])
    order = "DESC" if newest_first else "ASC"
    sql = f"SELECT * FROM movement WHERE {wanted} ORDER BY id {order} LIMIT ?"  # noqa: S608 - the names are constants
    return world.store.all(sql, after, *filters.values(), limit)


def as_json(row: Row) -> dict[str, Any]:
    return dict(row) | {"at": iso(row["at"])}


def proof(world: World) -> dict[str, Any]:
    """Opening balances and movements, against what the accounts hold now. Units: whole shillings."""
    ins, outs = (
        int(world.store.value("SELECT coalesce(sum(amount_kes), 0) FROM movement WHERE direction = ?", way))
        for way in ("in", "out")
    )
    people = world.store.the(
        "SELECT coalesce(sum(opening_kes), 0) AS opening, coalesce(sum(balance_kes), 0) AS held FROM subscriber"
    )
    businesses = world.store.the("SELECT sum(opening_kes) AS opening, sum(balance_kes) AS held FROM organisation")
    unaccounted = abs(people["opening"] - ins + outs - people["held"]) + abs(
        businesses["opening"] + ins - outs - businesses["held"]
    )
    by_shortcode = world.store.all("SELECT shortcode, balance_kes FROM organisation ORDER BY shortcode")
    return {
        "count": world.store.value("SELECT count(*) FROM movement"),
        "in_kes": ins,
        "out_kes": outs,
        "unaccounted_kes": unaccounted,
        "shortcodes": {row["shortcode"]: row["balance_kes"] for row in by_shortcode},
    }
