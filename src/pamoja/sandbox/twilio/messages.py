"""Twilio's Messages resource: create, fetch, list, redact or cancel, delete."""

import json
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import BadInput, whole
from pamoja.sandbox.clock import from_seconds, read_iso
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import statuses
from pamoja.sandbox.twilio.gate import TwilioError, form_of, not_found
from pamoja.sandbox.twilio.known import ACCOUNT_SID, API_VERSION, text_of
from pamoja.sandbox.twilio.orders import one, read_order
from pamoja.sandbox.world import World, world_of

HOME = f"/{API_VERSION}/Accounts/{ACCOUNT_SID}/Messages"
SEGMENT = 153


async def create(request: Request) -> Response:
    """`POST …/Messages.json`: accepted, and on its way; how it ends is told later."""
    world = world_of(request)
    message = statuses.accept(world, read_order(world, await form_of(request)))
    planned = json.loads(message["faults"])
    request.scope["sandbox.notes"].extend(f"fault: {kind}" for kind in planned)
    if "answer_lost" in planned:
        raise HungUp
    return JSONResponse(as_json(message), status_code=201)


async def fetch(request: Request) -> Response:
    """`GET …/Messages/{sid}.json`."""
    return JSONResponse(as_json(_found(request)))


async def change(request: Request) -> Response:
    """`POST …/Messages/{sid}.json`: `Body=` redacts, `Status=canceled` cancels what is scheduled."""
    world, message, form = world_of(request), _found(request), await form_of(request)
    if one(form, "Status") == "canceled":
        if message["status"] != "scheduled":
            raise TwilioError(400, 20001, message="Only a scheduled message can be canceled.")
        world.store.run("UPDATE twilio_message SET status = 'canceled' WHERE id = ?", message["id"])
    elif form.get("Body") == [""]:
        world.store.run("UPDATE twilio_message SET body = '', shown = '{}' WHERE id = ?", message["id"])
    else:
        raise TwilioError(400, 20001, message="Body can only be emptied.")
    return JSONResponse(as_json(statuses.by_number(world, message["id"])))


async def delete(request: Request) -> Response:
    """`DELETE …/Messages/{sid}.json`: 204; the phone keeps its copy no longer either."""
    message = _found(request)
    world_of(request).store.run("DELETE FROM twilio_media WHERE message_sid = ?", message["sid"])
    world_of(request).store.run(
        "UPDATE twilio_message SET body = '', shown = '{}', sid = 'deleted-' || id WHERE id = ?", message["id"]
    )
    return Response(status_code=204)


async def list_all(request: Request) -> Response:
    """`GET …/Messages.json?To=&From=&DateSent=&DateSent<=&DateSent>=&PageSize=&Page=`: newest first."""
    world, query = world_of(request), request.query_params
    size = _whole(query.get("PageSize", "50"), "PageSize", least=1, most=1000)
    page = _whole(query.get("Page", "0"), "Page")
    wanted, values = _wanted(request)
    sql = f"SELECT * FROM twilio_message WHERE {' AND '.join(wanted)} ORDER BY id DESC LIMIT ? OFFSET ?"  # noqa: S608 - the clauses are constants
    rows = world.store.all(sql, *values, size + 1, page * size)
    shown = rows[:size]

    def link(number: int) -> str:
        kept = [(name, value) for name, value in query.multi_items() if name not in ("Page", "PageSize", "PageToken")]
        return f"{HOME}.json?{urlencode([*kept, ('PageSize', str(size)), ('Page', str(number))])}"

    return JSONResponse(
        {
            "messages": [as_json(row) for row in shown],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(0, len(shown) - 1),
            "uri": link(page),
            "first_page_uri": link(0),
            "next_page_uri": link(page + 1) if len(rows) > size else None,
            "previous_page_uri": link(page - 1) if page else None,
        }
    )


def _wanted(request: Request) -> tuple[list[str], list[Any]]:
    query = request.query_params
    wanted: list[str] = ["sid NOT LIKE 'deleted-%'"]
    values: list[Any] = []
    to = "(CASE direction WHEN 'inbound' THEN sender ELSE address END)"
    by = "(CASE direction WHEN 'inbound' THEN address ELSE sender END)"
    for name, column in (("To", to), ("From", by)):
        if name in query:
            wanted.append(f"{column} = ?")
            values.append(query[name])
    if "DateSent" in query:
        day = _moment(query["DateSent"]).replace(hour=0, minute=0, second=0, microsecond=0)
        wanted += ["sent_at >= ?", "sent_at < ?"]
        values += [day.timestamp(), (day + timedelta(days=1)).timestamp()]
    for name, comparison in (("DateSent<", "<="), ("DateSent>", ">=")):
        if name in query:
            wanted.append(f"sent_at {comparison} ?")
            values.append(_moment(query[name]).timestamp())
    return wanted, values


def _moment(text: str) -> datetime:
    try:
        return read_iso(text, field="DateSent")
    except BadInput:
        raise TwilioError(400, 20001, message="DateSent is a date.") from None


def _whole(text: str, name: str, *, least: int = 0, most: int = 10**9) -> int:
    try:
        return whole(text, field=name, least=least, most=most)
    except BadInput as error:
        raise TwilioError(400, 20001, message=error.message) from None


def _found(request: Request) -> Row:
    row = by_sid(world_of(request), request.path_params["sid"])
    if row is None:
        raise not_found()
    return row


def by_sid(world: World, sid: str) -> Row | None:
    return world.store.one("SELECT * FROM twilio_message WHERE sid = ?", sid)


def as_json(message: Row) -> dict[str, Any]:
    """Units: `num_media` and `num_segments` are text, dates RFC 2822, as Twilio has them."""
    is_inbound = message["direction"] == "inbound"
    media = len(json.loads(message["shown"]).get("media_urls", []))
    with_service = bool(message["service_sid"]) and message["status"] in ("accepted", "scheduled")
    code = message["error_code"]
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": API_VERSION,
        "body": message["body"],
        "date_created": _date(message["created_at"]),
        "date_sent": _date(message["sent_at"]),
        "date_updated": _date(message["updated_at"]),
        "direction": message["direction"],
        "error_code": code,
        "error_message": text_of(code) if code else None,
        "from": message["address"] if is_inbound else message["sender"],
        "messaging_service_sid": message["service_sid"],
        "num_media": str(media),
        "num_segments": "0" if with_service else str(1 + max(0, len(message["body"]) - 1) // SEGMENT),
        "price": None,
        "price_unit": None,
        "sid": message["sid"],
        "status": message["status"],
        "subresource_uris": {"media": f"{HOME}/{message['sid']}/Media.json"},
        "to": message["sender"] if is_inbound else message["address"],
        "uri": f"{HOME}/{message['sid']}.json",
    }


def _date(at: float | None) -> str | None:
    return None if at is None else format_datetime(from_seconds(at))
