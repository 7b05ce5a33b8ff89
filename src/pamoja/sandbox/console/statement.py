"""The statement: what really moved, whatever the platform was told."""

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import whole
from pamoja.sandbox.console.frame import page
from pamoja.sandbox.mpesa.statement import proof
from pamoja.sandbox.mpesa.subscribers import tidy_number
from pamoja.sandbox.world import world_of

PAGE = 40


async def show_statement(request: Request) -> Response:
    query, world = request.query_params, world_of(request)
    text, before = query.get("q", "").strip(), whole(query.get("before") or 0, field="before")
    pattern = tidy_number(text)
    rows = world.store.all(
        """SELECT movement.*, subscriber.name AS person FROM movement JOIN subscriber USING (msisdn)
           WHERE (? = '' OR instr(receipt || ' ' || msisdn || ' ' || reference || ' ' || operation, ?) > 0
                  OR instr(originator, ?) > 0)
             AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?""",
        text,
        pattern,
        pattern,
        before,
        before,
        PAGE + 1,
    )
    older = rows[PAGE - 1]["id"] if len(rows) > PAGE else None
    return page(request, "statement.html", movements=rows[:PAGE], text=text, older=older, proof=proof(world))
