"""The statement that a business downloads from M-PESA's portal: `GET /mpesa/statement.csv`.

Source: the columns of the portal's organisation statement, from memory; Daraja itself has no list of transactions
in the contract that we play.
"""

import csv
import io
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.clock import NAIROBI, from_seconds, read_iso
from pamoja.sandbox.faults import BOOKS
from pamoja.sandbox.mpesa.known import SHORTCODE
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.store import Row
from pamoja.sandbox.trouble import trouble
from pamoja.sandbox.world import World, world_of

COLUMNS = (
    "Receipt No.",
    "Completion Time",
    "Initiation Time",
    "Details",
    "Transaction Status",
    "Paid In",
    "Withdrawn",
    "Balance",
    "Balance Confirmed",
    "Reason Type",
    "Other Party Info",
    "Linked Transaction ID",
    "A/C No.",
)
REASONS = {"stk": "Pay Utility", "c2b": "Pay Bill", "b2c": "Business Payment to Customer", "reversal": "Reversal"}


async def portal_statement(request: Request) -> Response:
    """`GET /mpesa/statement.csv?shortcode=&since=&until=`: oldest first; times are Nairobi's, money is shillings."""
    request.scope["sandbox.scope"] = "pull"
    world, query = world_of(request), request.query_params
    shortcode = query.get("shortcode") or SHORTCODE
    if refusal := await trouble(request, scope="pull", subject=shortcode):
        return refusal
    since, until = (
        read_iso(query[name], field=name).timestamp() if query.get(name) else usual
        for name, usual in (("since", 0.0), ("until", float("inf")))
    )
    rows = world.store.all(
        "SELECT * FROM movement WHERE shortcode = ? AND at >= ? AND at < ? ORDER BY id", shortcode, since, until
    )
    lines = [_line(world, row) for row in rows]
    struck = world.faults.strike(BOOKS, scope="pull", subject=shortcode)
    request.scope["sandbox.notes"].extend(f"fault: {kind}" for kind in struck)
    if "line_missing" in struck:
        lines = lines[:-1]
    if "line_extra" in struck:
        lines.append(_invented(world))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    return Response(text.getvalue(), media_type="text/csv")


def _line(world: World, row: Row) -> dict[str, Any]:
    stamp = f"{from_seconds(row['at']).astimezone(NAIROBI):%d-%m-%Y %H:%M:%S}"
    comes_in = row["direction"] == "in"
    who = f"{row['msisdn'][:4]}*****{row['msisdn'][-3:]} - {subscriber(world, row['msisdn'])['name']}"
    return {
        "Receipt No.": row["receipt"],
        "Completion Time": stamp,
        "Initiation Time": stamp,
        "Details": f"{REASONS[row['kind']]} {'from' if comes_in else 'to'} {who} Acc. {row['reference']}",
        "Transaction Status": "Completed",
        "Paid In": f"{row['amount_kes']}.00" if comes_in else "",
        "Withdrawn": "" if comes_in else f"-{row['amount_kes']}.00",
        "Balance": f"{row['shortcode_balance_kes']}.00",
        "Balance Confirmed": "true",
        "Reason Type": REASONS[row["kind"]],
        "Other Party Info": who,
        "Linked Transaction ID": row["reverses"] or "",
        "A/C No.": row["reference"],
    }


def _invented(world: World) -> dict[str, Any]:
    """A line for which no money moved."""
    stamp = f"{world.clock.now().astimezone(NAIROBI):%d-%m-%Y %H:%M:%S}"
    known = {
        "Receipt No.": "ZZZ0000000",
        "Completion Time": stamp,
        "Initiation Time": stamp,
        "Paid In": "123.00",
        "Transaction Status": "Completed",
        "Details": "Pay Bill from 2547*****000 - A STRANGER",
        "Reason Type": "Pay Bill",
        "A/C No.": "NOBODY",
    }
    return dict.fromkeys(COLUMNS, "") | known
