"""Browsers: what they were woken with, and the switch that makes one unreachable."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import whole
from pamoja.sandbox.console.frame import back, form_of, page
from pamoja.sandbox.push import browsers
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World, world_of

PAGE = 30


async def show_browsers(request: Request) -> Response:
    world, before = world_of(request), whole(request.query_params.get("before") or 0, field="before")
    rows = world.store.all(
        """SELECT push_notice.*, push_browser.name FROM push_notice JOIN push_browser USING (token)
           WHERE ? = 0 OR id < ? ORDER BY id DESC LIMIT ?""",
        before,
        before,
        PAGE + 1,
    )
    return page(
        request,
        "browsers.html",
        browsers=[
            dict(row) | {"json": _subscription(world, row)}
            for row in world.store.all("SELECT * FROM push_browser ORDER BY at DESC LIMIT 20")
        ],
        notices=[dict(row) | {"said": _read(row["body"])} for row in rows[:PAGE]],
        older=rows[PAGE - 1]["id"] if len(rows) > PAGE else None,
    )


async def make_browser(request: Request) -> Response:
    """One more browser, as somebody unpacks a new phone."""
    form = await form_of(request)
    browsers.make_browser(world_of(request), name=form.get("name", ""), server_key=form.get("server_key", ""))
    return back(request, "/browsers")


async def change_browser(request: Request) -> Response:
    form = await form_of(request)
    status = whole(form.get("gone_status", "0"), field="gone_status", most=599)
    browsers.go_away(world_of(request), request.path_params["token"], status)
    return back(request, "/browsers")


def _subscription(world: World, row: Row) -> str:
    told = browsers.as_json(world, row)
    return json.dumps({"endpoint": told["endpoint"], "keys": told["keys"]})


def _read(body: str) -> dict[str, Any]:
    """What the platform's worker script would show of it."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {"title": "", "body": body}
