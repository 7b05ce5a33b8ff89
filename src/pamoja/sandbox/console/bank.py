"""The bank: its statement, and the transfers that people make by hand."""

from starlette.requests import Request
from starlette.responses import Response

from pamoja.sandbox.answers import BadInput, whole
from pamoja.sandbox.bank import accounts
from pamoja.sandbox.console.frame import back, form_of, page
from pamoja.sandbox.world import world_of

PAGE = 40


async def show_bank(request: Request) -> Response:
    query, world = request.query_params, world_of(request)
    number = query.get("account") or accounts.NUMBER
    text, before = query.get("q", "").strip(), whole(query.get("before") or 0, field="before")
    rows = world.store.all(
        """SELECT * FROM bank_line
           WHERE account = ? AND (? = 0 OR id < ?)
             AND (? = '' OR instr(lower(reference || ' ' || counterparty_name), ?) > 0)
           ORDER BY id DESC LIMIT ?""",
        number,
        before,
        before,
        text,
        text.lower(),
        PAGE + 1,
    )
    return page(
        request,
        "bank.html",
        account=accounts.account(world, number),
        known=world.store.all("SELECT * FROM bank_account ORDER BY number"),
        lines=rows[:PAGE],
        older=rows[PAGE - 1]["id"] if len(rows) > PAGE else None,
        text=text,
        unaccounted=accounts.unaccounted_minor(world),
    )


async def transfer(request: Request) -> Response:
    """Somebody transfers money into the account, or its holder out of it."""
    form, world = await form_of(request), world_of(request)
    number = form.get("account") or accounts.NUMBER
    amount = _minor(form.get("amount", ""))
    accounts.transfer(
        world,
        number,
        -amount if form.get("way") == "out" else amount,
        reference=form.get("reference", ""),
        name=form.get("name", ""),
        other=form.get("other", ""),
    )
    return back(request, f"/bank?account={number}")


def _minor(text: str) -> int:
    """`1,500` or `1500.50` in minor units. Raises: BadInput."""
    whole_part, _, cents = text.replace(",", "").replace(" ", "").partition(".")
    if not whole_part.isdigit() or (cents and not (cents.isdigit() and len(cents) <= 2)) or len(whole_part) > 10:
        raise BadInput("Write the amount as 1500 or 1500.50.", field="amount")
    return int(whole_part) * 100 + int(cents.ljust(2, "0") or 0)
