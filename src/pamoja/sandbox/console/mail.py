"""The mailbox: letters found, read and thrown away."""

import json
import re

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pamoja.sandbox.answers import whole
from pamoja.sandbox.console.frame import back, page
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import world_of

PAGE = 30
LETTER_SECURITY = {
    "Content-Security-Policy": "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_LINKS = re.compile(r"(https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?])")


def _shown(row: Row) -> dict[str, object]:
    return dict(row) | {"recipients": json.loads(row["recipients"])}


async def list_mail(request: Request) -> Response:
    query, mailbox = request.query_params, world_of(request).mailbox
    to, text, before = query.get("to", ""), query.get("q", ""), whole(query.get("before") or 0, field="before")
    rows = mailbox.letters(to=to, text=text, before=before, limit=PAGE + 1)
    older = rows[PAGE - 1]["id"] if len(rows) > PAGE else None
    return page(request, "mail.html", letters=[_shown(row) for row in rows[:PAGE]], to=to, text=text, older=older)


async def read_letter(request: Request) -> Response:
    mailbox = world_of(request).mailbox
    row = mailbox.letter(request.path_params["number"])
    mailbox.mark_read(row["id"])
    return page(request, "letter.html", letter=_shown(row), parts=_LINKS.split(row["text"]))


async def letter_html(request: Request) -> Response:
    """The letter's HTML, to be shown in a frame that may do nothing."""
    row = world_of(request).mailbox.letter(request.path_params["number"])
    return HTMLResponse(row["html"], headers=LETTER_SECURITY)


async def delete_letter(request: Request) -> Response:
    world_of(request).mailbox.throw_away(request.path_params.get("number"))
    return back(request, "/mail")
