"""Twilio's Content API: templates and interactive messages, made once, approved by WhatsApp, sent with variables."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import json_object, whole
from pamoja.sandbox.clock import from_seconds
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio.gate import TwilioError, not_found, refused
from pamoja.sandbox.twilio.identifiers import new_sid
from pamoja.sandbox.twilio.known import ACCOUNT_SID
from pamoja.sandbox.world import World, world_of

KINDS = (
    "twilio/text", "twilio/media", "twilio/quick-reply", "twilio/list-picker", "twilio/call-to-action", "twilio/card",
    "twilio/location", "twilio/catalog", "twilio/carousel", "twilio/flows", "twilio/schedule", "whatsapp/card",
    "whatsapp/authentication", "whatsapp/flows",
)  # fmt: skip
IN_SESSION_ONLY = ("twilio/list-picker", "twilio/location")
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
BODY_MOST = {"twilio/text": 1600, "twilio/media": 1600}
INTERACTIVE_BODY_MOST, TITLE_MOST, ID_MOST, ITEM_MOST, DESCRIPTION_MOST = 1024, 20, 200, 24, 72
SESSION_BUTTONS_MOST, BUTTONS_MOST, ITEMS_MOST = 3, 10, 10
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_NAME = re.compile(r"[a-z0-9_]{1,512}")


async def create(request: Request) -> Response:
    """`POST /v1/Content`."""
    world, body = world_of(request), await json_object(request)
    types, variables = body.get("types"), body.get("variables") or {}
    if not isinstance(types, dict) or not types or not isinstance(variables, dict):
        raise TwilioError(400, 20001, message="types are required, variables are an object.")
    for kind, value in types.items():
        _check(kind, value)
    sid = new_sid("HX")
    world.store.insert(
        "twilio_content",
        sid=sid,
        friendly_name=str(body.get("friendly_name") or ""),
        language=str(body.get("language") or "en"),
        variables=json.dumps({str(key): str(value) for key, value in variables.items()}),
        types=json.dumps(types),
        created_at=world.clock.now().timestamp(),
    )
    return JSONResponse(_as_json(by_sid(world, sid)), status_code=201)


async def fetch(request: Request) -> Response:
    """`GET /v1/Content/{sid}`."""
    return JSONResponse(_as_json(by_sid(world_of(request), request.path_params["sid"])))


async def list_all(request: Request) -> Response:
    """`GET /v1/Content`."""
    size = whole(request.query_params.get("PageSize", 50), field="PageSize", least=1, most=1000)
    start = size * whole(request.query_params.get("Page", 0), field="Page")
    rows = world_of(request).store.all(
        "SELECT * FROM twilio_content ORDER BY created_at, sid LIMIT ? OFFSET ?", size + 1, start
    )
    here = f"{str(request.base_url).rstrip('/')}/v1/Content?PageSize={size}&Page="
    page = start // size
    meta = {
        "page": page,
        "page_size": size,
        "key": "contents",
        "url": f"{here}{page}",
        "first_page_url": f"{here}0",
        "previous_page_url": f"{here}{page - 1}" if page else None,
        "next_page_url": f"{here}{page + 1}" if len(rows) > size else None,
    }
    return JSONResponse({"contents": [_as_json(row) for row in rows[:size]], "meta": meta})


async def delete(request: Request) -> Response:
    """`DELETE /v1/Content/{sid}`."""
    world = world_of(request)
    sid = by_sid(world, request.path_params["sid"])["sid"]
    world.store.run("DELETE FROM twilio_content WHERE sid = ?", sid)
    return Response(status_code=204)


async def ask_approval(request: Request) -> Response:
    """`POST /v1/Content/{sid}/ApprovalRequests/whatsapp`: received at once, approved by the clock a moment later."""
    world, body = world_of(request), await json_object(request)
    content = by_sid(world, request.path_params["sid"])
    name, category = str(body.get("name") or ""), str(body.get("category") or "")
    if not _NAME.fullmatch(name) or category not in CATEGORIES:
        raise TwilioError(400, 20001, message="name is lower case, digits and underscores; category one of the three.")
    kind, reason = next(iter(json.loads(content["types"]))), _unfit(content)
    approval = {
        "type": "whatsapp",
        "name": name,
        "category": category,
        "content_type": kind,
        "status": "rejected" if reason else "approved",
        "rejection_reason": reason,
        "allow_category_change": True,
    }
    world.store.run("UPDATE twilio_content SET approval = ? WHERE sid = ?", json.dumps(approval), content["sid"])
    return JSONResponse(approval | {"status": "received", "rejection_reason": ""}, status_code=201)


async def show_approval(request: Request) -> Response:
    """`GET /v1/Content/{sid}/ApprovalRequests`."""
    content = by_sid(world_of(request), request.path_params["sid"])
    asked = json.loads(content["approval"]) or {"status": "unsubmitted", "rejection_reason": "", "name": ""}
    url = f"https://content.twilio.com/v1/Content/{content['sid']}/ApprovalRequests"
    return JSONResponse({"sid": content["sid"], "account_sid": ACCOUNT_SID, "whatsapp": asked, "url": url})


def by_sid(world: World, sid: str) -> Row:
    """Raises: TwilioError."""
    row = world.store.one("SELECT * FROM twilio_content WHERE sid = ?", sid)
    if row is None:
        raise not_found()
    return row


def is_approved(content: Row) -> bool:
    """Whether it may open a conversation."""
    kinds = json.loads(content["types"])
    return json.loads(content["approval"]).get("status") == "approved" and not set(kinds) & set(IN_SESSION_ONLY)


def rendered(content: Row, given: str) -> tuple[str, dict[str, Any]]:
    """The text and what is shown beside it, with the variables filled in. Raises: TwilioError 21656."""
    try:
        wishes = json.loads(given or "{}")
    except ValueError:
        raise refused(21656) from None
    if not isinstance(wishes, dict) or not all(isinstance(value, str) for value in wishes.values()):
        raise refused(21656)
    values = json.loads(content["variables"]) | wishes
    kind, value = next(iter(json.loads(content["types"]).items()))
    filled = _filled(value, values)
    shown: dict[str, Any] = {"kind": kind}
    body = str(filled.get("body") or filled.get("title") or filled.get("label") or kind)
    if media := filled.get("media"):
        shown["media_urls"] = [media] if isinstance(media, str) else list(media)
    if kind == "twilio/list-picker":
        shown["list"] = {"button": filled["button"], "items": filled["items"]}
    elif actions := filled.get("actions"):
        shown["buttons"] = [_button(action) for action in actions]
    return body, shown


def _button(action: dict[str, Any]) -> dict[str, str]:
    kind = str(action.get("type") or "QUICK_REPLY")
    return {
        "type": kind,
        "title": str(action.get("title") or ""),
        "id": str(action.get("id") or action.get("title") or ""),
        "link": str(action.get("url") or action.get("phone") or action.get("code") or ""),
    }


def _filled(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_filled(part, values) for part in value]
    if isinstance(value, dict):
        return {key: _filled(part, values) for key, part in value.items()}
    return value


def _check(kind: str, value: Any) -> None:
    """That a type is known and within WhatsApp's limits. Raises: TwilioError."""

    def need(fits: bool, what: str) -> None:
        if not fits:
            raise TwilioError(400, 20001, message=f"{kind}: {what}")

    need(kind in KINDS and isinstance(value, dict), "unknown content type")
    if kind in ("twilio/text", "twilio/quick-reply", "twilio/list-picker", "twilio/call-to-action"):
        body, most = value.get("body"), BODY_MOST.get(kind, INTERACTIVE_BODY_MOST)
        need(isinstance(body, str) and 1 <= len(body) <= most, f"body has 1 to {most} characters")
    if kind == "twilio/quick-reply":
        actions = value.get("actions")
        need(isinstance(actions, list) and 1 <= len(actions) <= BUTTONS_MOST, "1 to 10 actions")
        for action in actions:
            need(1 <= len(str(action.get("title") or "")) <= TITLE_MOST, "a title has 1 to 20 characters")
            need(len(str(action.get("id") or "")) <= ID_MOST, "an id has up to 200 characters")
        need(len({action["title"] for action in actions}) == len(actions), "titles differ")
    if kind == "twilio/list-picker":
        items = value.get("items")
        need(isinstance(items, list) and 1 <= len(items) <= ITEMS_MOST, "1 to 10 items")
        need(1 <= len(str(value.get("button") or "")) <= TITLE_MOST, "button has 1 to 20 characters")
        for item in items:
            need(1 <= len(str(item.get("item") or "")) <= ITEM_MOST, "an item has 1 to 24 characters")
            need(1 <= len(str(item.get("id") or "")) <= ID_MOST, "an id has 1 to 200 characters")
            need(len(str(item.get("description") or "")) <= DESCRIPTION_MOST, "a description has up to 72 characters")


def check_in_session(shown: dict[str, Any], *, is_template: bool) -> bool:
    """Whether what is shown may go into a conversation: three buttons, ten in an approved template."""
    replies = [each for each in shown.get("buttons", []) if each["type"] == "QUICK_REPLY"]
    return is_template or len(replies) <= SESSION_BUTTONS_MOST


def _unfit(content: Row) -> str:
    """Why WhatsApp would reject a template, or nothing."""
    kind, value = next(iter(json.loads(content["types"]).items()))
    body, samples = str(value.get("body") or ""), json.loads(content["variables"])
    if kind in IN_SESSION_ONLY:
        return "This content type cannot be a template."
    if reason := unfit_text(body):
        return reason
    if set(_VARIABLE.findall(json.dumps(value))) - set(samples):
        return "The template lacks a sample for a variable."
    return ""


def unfit_text(body: str) -> str:
    """Why WhatsApp would reject these words as a template, or nothing."""
    if re.match(r"\s*\{\{", body) or re.search(r"\}\}\s*$", body):
        return "Variables can't be at the start or end of the template."
    return "The template contains adjacent variables." if re.search(r"\}\}\s*\{\{", body) else ""


def _as_json(row: Row) -> dict[str, Any]:
    url = f"https://content.twilio.com/v1/Content/{row['sid']}"
    made = _iso(from_seconds(row["created_at"]))
    return {
        "sid": row["sid"],
        "account_sid": ACCOUNT_SID,
        "friendly_name": row["friendly_name"],
        "language": row["language"],
        "variables": json.loads(row["variables"]),
        "types": json.loads(row["types"]),
        "url": url,
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
        "date_created": made,
        "date_updated": made,
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
