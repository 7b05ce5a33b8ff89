"""Templates of a business account: made, approved or rejected a moment later, and sent by name and language."""

import json
import re
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import json_object
from pamoja.sandbox.meta.gate import GraphError, unknown
from pamoja.sandbox.meta.known import TEMPLATE_BODY_MOST
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio.contents import CATEGORIES, unfit_text
from pamoja.sandbox.world import World, world_of

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_GAP = re.compile(r"\{\{(\d+)\}\}")
_UNFIT_VALUE = re.compile(r"[\n\t]| {5,}")
# "Content in this language already exists" (from memory).
EXISTS_ALREADY = 2388024


async def create(request: Request, number: Row) -> Response:
    """`POST /{version}/{business}/message_templates`: pending at once, approved or rejected when asked next."""
    world, body = world_of(request), await json_object(request)
    _check_home(request, number)
    name, language, category = (str(body.get(key) or "") for key in ("name", "language", "category"))
    if not _NAME.fullmatch(name) or not language or category not in CATEGORIES:
        raise GraphError(400, 100, "name is lower case, digits and underscores; language and category are required.")
    if _named(world, number["business_id"], name, language) is not None:
        raise GraphError(400, 100, "Content in this language already exists.", subcode=EXISTS_ALREADY)
    text, samples = _body_of(body.get("components"))
    gaps = set(_GAP.findall(text))
    reason = "INVALID_FORMAT" if unfit_text(text) or len(gaps) != len(samples) else "NONE"
    template_id = str(secrets.randbelow(9 * 10**15) + 10**15)
    world.store.insert(
        "meta_template",
        id=template_id,
        business_id=number["business_id"],
        name=name,
        language=language,
        category=category,
        components=json.dumps(body["components"]),
        status="APPROVED" if reason == "NONE" else "REJECTED",
        rejected_reason=reason,
        created_at=world.clock.now().timestamp(),
    )
    return JSONResponse({"id": template_id, "status": "PENDING", "category": category})


async def list_all(request: Request, number: Row) -> Response:
    """`GET /{version}/{business}/message_templates?name=&fields=&limit=`; a name finds all that begin so."""
    _check_home(request, number)
    prefix = request.query_params.get("name", "")
    rows = world_of(request).store.all(
        "SELECT * FROM meta_template WHERE business_id = ? AND substr(name, 1, ?) = ? ORDER BY created_at, id",
        number["business_id"],
        len(prefix),
        prefix,
    )
    wanted = [each for each in request.query_params.get("fields", "").split(",") if each]
    listed = [_as_json(row) for row in rows]
    shown = [{key: row[key] for key in ("id", *wanted) if key in row} if wanted else row for row in listed]
    return JSONResponse({"data": shown, "paging": {}})


async def delete(request: Request, number: Row) -> Response:
    """`DELETE /{version}/{business}/message_templates?name=`: in all languages."""
    _check_home(request, number)
    world, name = world_of(request), request.query_params.get("name", "")
    sql = "DELETE FROM meta_template WHERE business_id = ? AND name = ?"
    if not world.store.run(sql, number["business_id"], name).rowcount:
        raise unknown(name)
    return JSONResponse({"success": True})


def rendered(world: World, business_id: str, wish: dict[str, Any]) -> str:
    """The words of a template with its gaps filled. Raises: GraphError 132000, 132001, 132015, 132018."""
    language = wish.get("language")
    code = str(language.get("code") or "") if isinstance(language, dict) else ""
    row = _named(world, business_id, str(wish.get("name") or ""), code)
    if row is not None and row["status"] == "PAUSED":
        raise GraphError(400, 132015, "The template is paused.")
    if row is None or row["status"] != "APPROVED":
        raise GraphError(404, 132001, "The template does not exist in this language, or is not approved.")
    parameters = [
        parameter
        for component in wish.get("components") or []
        if str(component.get("type")).lower() == "body"
        for parameter in component.get("parameters") or []
    ]
    text, _ = _body_of(json.loads(row["components"]))
    gaps = sorted(set(_GAP.findall(text)), key=int)
    if len(gaps) != len(parameters):
        raise GraphError(400, 132000, f"body: {len(parameters)} parameters, where {len(gaps)} were expected.")
    values = [str(parameter.get("text") or "") for parameter in parameters]
    if any(not value or _UNFIT_VALUE.search(value) for value in values):
        raise GraphError(400, 132018, "A parameter is empty, or has line breaks, tabs or more than four spaces.")
    filled = dict(zip(gaps, values, strict=True))
    return _GAP.sub(lambda found: filled[found[1]], text)


def _body_of(components: Any) -> tuple[str, list[str]]:
    """The words of the body, and a sample for each gap. Raises: GraphError."""
    for component in components if isinstance(components, list) else []:
        if str(component.get("type")).upper() == "BODY":
            text, samples = str(component.get("text") or ""), component.get("example", {}).get("body_text", [[]])
            if not 0 < len(text) <= TEMPLATE_BODY_MOST:
                raise GraphError(400, 100, f"The body has 1 to {TEMPLATE_BODY_MOST} characters.")
            return text, list(samples[0]) if samples else []
    raise GraphError(400, 100, "A template needs a component of type BODY.")


def _check_home(request: Request, number: Row) -> None:
    if request.path_params["object"] != number["business_id"]:
        raise unknown(request.path_params["object"])


def _named(world: World, business_id: str, name: str, language: str) -> Row | None:
    sql = "SELECT * FROM meta_template WHERE business_id = ? AND name = ? AND language = ?"
    return world.store.one(sql, business_id, name, language)


def _as_json(row: Row) -> dict[str, Any]:
    plain = {key: row[key] for key in ("id", "name", "language", "category", "status", "rejected_reason")}
    return plain | {"components": json.loads(row["components"])}
