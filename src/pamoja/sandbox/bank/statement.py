"""The bank's feed: `GET /bank/statement`, what came and went, as JSON or as the file a person downloads."""

import csv
import io
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import whole
from pamoja.sandbox.bank import accounts
from pamoja.sandbox.clock import iso, read_iso
from pamoja.sandbox.faults import BOOKS
from pamoja.sandbox.store import Row
from pamoja.sandbox.trouble import trouble
from pamoja.sandbox.world import World, world_of

LINES_MOST = 500
PREFIX = "BL"
COLUMNS = (
    "id",
    "booked_at",
    "amount_minor",
    "currency",
    "reference",
    "counterparty_name",
    "counterparty_account",
    "balance_minor",
)


async def show(request: Request) -> Response:
    """`GET /bank/statement?since=&account=&limit=`: oldest first; `since` is the last id seen, or a moment."""
    request.scope["sandbox.scope"] = "bank"
    world = world_of(request)
    account = accounts.account(world, request.query_params.get("account") or accounts.NUMBER)
    if refusal := await trouble(request, scope="bank", subject=account["number"]):
        return refusal
    limit = whole(request.query_params.get("limit", LINES_MOST), field="limit", least=1, most=LINES_MOST)
    rows = _since(world, account["number"], request.query_params.get("since", ""), limit + 1)
    lines, has_more = [_shown(row, account["currency"]) for row in rows[:limit]], len(rows) > limit
    reached = lines[-1]["id"] if lines else request.query_params.get("since") or None
    struck = world.faults.strike(BOOKS, scope="bank", subject=account["number"])
    request.scope["sandbox.notes"].extend(f"fault: {kind}" for kind in struck)
    if "line_missing" in struck:
        lines = lines[:-1]
    if "line_extra" in struck:
        lines.append(_invented(world, account))
    if request.url.path.endswith(".csv"):
        return _as_csv(lines)
    told = {name: account[name] for name in ("number", "name", "currency", "balance_minor")}
    return JSONResponse({"account": told, "lines": lines, "next": reached, "has_more": has_more})


def _since(world: World, number: str, since: str, limit: int) -> list[Row]:
    if since.startswith(PREFIX) and since[len(PREFIX) :].isdigit():
        where, value = "id > ?", float(since[len(PREFIX) :])
    elif since:
        where, value = "at >= ?", read_iso(since, field="since").timestamp()
    else:
        where, value = "id > ?", 0.0
    sql = f"SELECT * FROM bank_line WHERE account = ? AND {where} ORDER BY id LIMIT ?"  # noqa: S608 - one of two constants
    return world.store.all(sql, number, value, limit)


def _shown(row: Row, currency: str) -> dict[str, Any]:
    return {
        "id": f"{PREFIX}{row['id']:08d}",
        "booked_at": iso(row["at"]),
        "amount_minor": row["amount_minor"],
        "currency": currency,
        "reference": row["reference"],
        "counterparty_name": row["counterparty_name"],
        "counterparty_account": row["counterparty_account"],
        "balance_minor": row["balance_minor"],
    }


def _invented(world: World, account: Row) -> dict[str, Any]:
    """A line for which no money moved."""
    return {
        "id": f"{PREFIX}9{int(world.clock.now().timestamp()) % 10**7:07d}",
        "booked_at": iso(world.clock.now()),
        "amount_minor": 12_345,
        "currency": account["currency"],
        "reference": "NOBODY KNOWS",
        "counterparty_name": "A STRANGER",
        "counterparty_account": "",
        "balance_minor": account["balance_minor"],
    }


def _as_csv(lines: list[dict[str, Any]]) -> Response:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    return Response(text.getvalue(), media_type="text/csv")
