"""The request log: what came in, what went out, and what was answered."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import whole
from pamoja.sandbox.console.frame import back, page
from pamoja.sandbox.world import world_of

PAGE = 40


async def list_requests(request: Request) -> Response:
    query = request.query_params
    direction, scope = query.get("direction", ""), query.get("scope", "")
    text, trouble = query.get("q", ""), bool(query.get("trouble"))
    before = whole(query.get("before") or 0, field="before")
    rows = world_of(request).log.find(
        direction=direction, scope=scope, text=text, trouble=trouble, before=before, limit=PAGE + 1
    )
    older = rows[PAGE - 1]["id"] if len(rows) > PAGE else None
    asked: dict[str, Any] = {"direction": direction, "scope": scope, "text": text, "trouble": trouble}
    return page(request, "requests.html", requests=rows[:PAGE], older=older, **asked)


async def show_request(request: Request) -> Response:
    entry = world_of(request).log.entry(request.path_params["number"])
    return page(
        request,
        "request.html",
        entry=entry,
        headers=json.loads(entry["headers"]),
        answer_headers=json.loads(entry["answer_headers"]),
        body=_indented(entry["body"]),
        answer=_indented(entry["answer"]),
    )


async def forget(request: Request) -> Response:
    world_of(request).log.forget()
    return back(request, "/requests")


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
